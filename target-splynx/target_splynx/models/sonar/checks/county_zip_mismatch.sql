-- title: County that lies in another state than the address
-- area: addresses
-- severity: warn
-- action: Kept; Splynx has no county. Correct it in Sonar where taxes follow from it.
WITH states (fips, code) AS (
    VALUES
        ('01', 'AL'), ('02', 'AK'), ('04', 'AZ'), ('05', 'AR'), ('06', 'CA'), ('08', 'CO'), ('09', 'CT'), ('10', 'DE'), ('11', 'DC'),
        ('12', 'FL'), ('13', 'GA'), ('15', 'HI'), ('16', 'ID'), ('17', 'IL'), ('18', 'IN'), ('19', 'IA'), ('20', 'KS'), ('21', 'KY'),
        ('22', 'LA'), ('23', 'ME'), ('24', 'MD'), ('25', 'MA'), ('26', 'MI'), ('27', 'MN'), ('28', 'MS'), ('29', 'MO'), ('30', 'MT'),
        ('31', 'NE'), ('32', 'NV'), ('33', 'NH'), ('34', 'NJ'), ('35', 'NM'), ('36', 'NY'), ('37', 'NC'), ('38', 'ND'), ('39', 'OH'),
        ('40', 'OK'), ('41', 'OR'), ('42', 'PA'), ('44', 'RI'), ('45', 'SC'), ('46', 'SD'), ('47', 'TN'), ('48', 'TX'), ('49', 'UT'),
        ('50', 'VT'), ('51', 'VA'), ('53', 'WA'), ('54', 'WV'), ('55', 'WI'), ('56', 'WY'), ('60', 'AS'), ('66', 'GU'), ('69', 'MP'),
        ('72', 'PR'), ('78', 'VI')
)
SELECT
    'addresses' AS stream,
    address.id,
    CASE WHEN address.addressable_type = 'Account' THEN address.addressable_id END AS account_id,
    address.county || ' (' || state.code || '), the address lies in ' || state_code(address.subdivision) || ' ' || coalesce(address.zip, '') AS detail
FROM sonar.addresses AS address
JOIN states AS state ON state.fips = substr(address.county, 8, 2)
WHERE state.code <> state_code(address.subdivision)
