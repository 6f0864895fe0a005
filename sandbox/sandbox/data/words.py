"""The words that names, places and texts are made of. Nothing here is a real person or customer.

Towns are real (zip, county FIPS, coordinates to two decimals), because county, state and zip must belong together.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Town:
    """A town: ``county`` is the FIPS code of Sonar's enum UsCounty, ``state`` the code of Subdivision (``US_WI``)."""

    name: str
    state: str
    zip: str
    county: str
    latitude: float
    longitude: float
    area_code: str


TOWNS = (
    Town("Baraboo", "US_WI", "53913", "55111", 43.47, -89.74, "608"),
    Town("Reedsburg", "US_WI", "53959", "55111", 43.53, -90.00, "608"),
    Town("Spring Green", "US_WI", "53588", "55111", 43.18, -90.07, "608"),
    Town("Prairie du Sac", "US_WI", "53578", "55111", 43.29, -89.72, "608"),
    Town("Portage", "US_WI", "53901", "55021", 43.54, -89.46, "608"),
    Town("Lodi", "US_WI", "53555", "55021", 43.31, -89.53, "608"),
    Town("Richland Center", "US_WI", "53581", "55103", 43.33, -90.39, "608"),
    Town("Viroqua", "US_WI", "54665", "55123", 43.56, -90.89, "608"),
    Town("Westby", "US_WI", "54667", "55123", 43.65, -90.85, "608"),
    Town("Prairie du Chien", "US_WI", "53821", "55023", 43.05, -91.14, "608"),
    Town("Dodgeville", "US_WI", "53533", "55049", 42.96, -90.13, "608"),
    Town("Mineral Point", "US_WI", "53565", "55049", 42.86, -90.18, "608"),
    Town("Lancaster", "US_WI", "53813", "55043", 42.85, -90.71, "608"),
    Town("Platteville", "US_WI", "53818", "55043", 42.73, -90.48, "608"),
    Town("Sparta", "US_WI", "54656", "55081", 43.94, -90.81, "608"),
    Town("Tomah", "US_WI", "54660", "55081", 43.98, -90.50, "608"),
    Town("Mauston", "US_WI", "53948", "55057", 43.80, -90.08, "608"),
    Town("Mount Horeb", "US_WI", "53572", "55025", 43.01, -89.74, "608"),
    Town("Onalaska", "US_WI", "54650", "55063", 43.88, -91.24, "608"),
    Town("Trempealeau", "US_WI", "54661", "55121", 44.01, -91.44, "608"),
    Town("Winona", "US_MN", "55987", "27169", 44.05, -91.64, "507"),
    Town("La Crescent", "US_MN", "55947", "27055", 43.83, -91.30, "507"),
    Town("Decorah", "US_IA", "52101", "19191", 43.30, -91.79, "563"),
    Town("Galena", "US_IL", "61036", "17085", 42.42, -90.43, "815"),
)


def _words(text: str, separator: str | None = None) -> tuple[str, ...]:
    """The words of a text."""
    return tuple(text.split(separator))


FIRST_NAMES = _words(
    "James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William Barbara Richard Susan Joseph "
    "Jessica Thomas Sarah Charles Karen Daniel Lisa Matthew Nancy Anthony Betty Mark Sandra Donald Ashley Steven "
    "Emily Paul Kimberly Andrew Margaret Joshua Donna Kenneth Michelle Kevin Carol Brian Amanda George Melissa "
    "Timothy Deborah Ronald Stephanie Jason Rebecca Edward Laura Jeffrey Helen Ryan Sharon Jacob Cynthia Gary "
    "Kathleen Nicholas Amy José María Zoë Renée André François Björn Søren Chloë Siân Ingrid Nguyễn Łukasz Aoife "
    "D'Andre Anaïs Jürgen"
)
LAST_NAMES = _words(
    "Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Gonzalez Wilson "
    "Anderson Thomas Taylor Moore Jackson Martin Lee Perez Thompson White Harris Sanchez Clark Ramirez Lewis "
    "Robinson Walker Young Allen King Wright Scott Torres Hill Flores Green Adams Nelson Baker Hall Rivera "
    "Campbell Mitchell Carter Roberts Olson Peterson Larson Schmidt Schroeder Krueger Vang Xiong Thao Halvorson "
    "Amundson Kowalski Nowak Zielinski O'Brien O'Neill D'Angelo Müller Strömberg Ødegård Peña Núñez Lefèvre "
    "Ó-Faoláin MacDonald-Reyes St.-Pierre"
)
STREETS = _words(
    "Main|Church|Mill|Oak|Elm|Maple|Cedar|Pine|Walnut|Ridge|River|Lake|Prairie|Valley|County Road B|County Highway PF|"
    "State Highway 33|Old Military|Kickapoo Valley|O'Malley|Saint Croix|Jefferson|Washington|Lincoln|Wisconsin|Bluff|"
    "Dairy|Orchard|Quarry|Depot|Schoolhouse|Norwegian Hollow|Skyline|Coon Prairie|Irish Ridge|Bad Axe|Fish Hatchery",
    separator="|",
)
STREET_KINDS = ("St", "Ave", "Rd", "Ln", "Dr", "Ct", "Way")
UNITS = ("Apt 2", "Apt 14", "Unit B", "Suite 200", "Lot 7", "#3", "Upper")
BUSINESS_FIRST = _words(
    "Kickapoo Driftless Coulee Badger Mississippi Bluffview Wildcat Cardinal Northwoods Heartland Tri-County Riverside "
    "Whitetail Amish Norskedalen Pioneer Cheddar Trillium Sandhill"
)
BUSINESS_LAST = (
    "Dairy Co-op", "Veterinary Clinic", "Farm Supply", "Brewing Co.", "Public Library", "School District",
    "Township", "Dental", "Orchards, LLC", "Machine & Tool", "Campground", "Credit Union", "Café & Bakery",
    "Auto Body", "Lodge", "Medical Center", "Lumber & Hardware", "Fire & Rescue", "Sons Trucking, Inc.",
    "Church of St. Mary's",
)  # fmt: skip
MAIL_HOSTS = ("example.com", "example.net", "example.org", "mail.example.com", "farm.example.net")
CONTACT_ROLES = (
    "Owner", "Spouse", "Billing", "Accounts Payable", "Technical", "Office Manager", "Tenant", "Landlord",
    "On-site",
)  # fmt: skip
SITE_NAMES = (
    "Baraboo Bluff Tower", "Wildcat Mountain", "Blue Mounds POP", "Coon Valley Grain Leg", "Viroqua Water Tower",
    "La Crosse Core", "Devil's Lake Relay", "Platteville M", "Tomah CO", "Prairie du Chien Hut", "Mauston Silo",
    "Decorah CO", "Galena Ridge", "Richland Center POP", "Spring Green Tower", "Lodi Elevator", "Portage Canal Hut",
    "Dodgeville CO", "Sparta Rail Tower", "Winona Bluffside", "Ødegård Farm Relay", "St. Croix Hollow",
)  # fmt: skip
NOTE_TEXTS = (
    "Customer called about slow speeds in the evening. Rebooted the radio, <b>fine afterwards</b>.",
    "Gate code 4471. Dog is friendly.",
    "<p>Prefers a call <i>after 5 pm</i>. Do not e-mail invoices to the old address.</p>",
    "Moved the dish to the east gable; signal −58 dBm.",
    "Will pay on the 20th & wants no late fee this month.",
    "Asked for a quote for the second building.\nSent on the same day.",
    'Wants to be called Señor Núñez, not "Nunez".',
    "Verified ID by the last four of the card.",
    "Fence line crossed by the fiber drop: call Digger's Hotline before any work.",
)
TICKET_SUBJECTS = (
    "No internet", "Slow in the evenings", "Wants to change the plan", "Question about the invoice",
    "Move of service", "Router keeps rebooting", "Port forwarding for cameras", "Cancel service",
    "Phone has no dial tone", "Packet loss to site", "Refund request", "E-mail password reset",
    "New install: site survey", "Wi-Fi does not reach the barn",
)  # fmt: skip
TICKET_BODIES = (
    "<p>Hello,</p><p>our internet has been down since <b>this morning</b>. Please help.</p>",
    "<p>The speed test shows 3 Mbit/s instead of 50. Screenshots follow.</p>",
    "<div>Could you please explain the item &quot;Regulatory Recovery Fee&quot; on the last invoice?</div>",
    "<p>We are moving on the 1st. Can the service move with us?</p>",
    "<p>Thanks, it works now – great help!</p>",
    "<p>Technician visit offered for Tuesday between 9 and 11.</p>",
    "<p>Rebooted the ONT remotely, levels are −19&nbsp;dBm. Please try again.</p>",
)
FILE_NAMES = (
    "site photo.jpg", "signed order.pdf", "roof mount.png", "speed test.png", "letter of agency.pdf", "W-9.pdf",
    "mesure débit.txt",
)  # fmt: skip
