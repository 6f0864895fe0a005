"""The data of a made-up internet provider in Sonar's form: generate it, know the truth about it, change it.

Three things to call: ``generate.generate(path, accounts, seed, history)``, ``truth.read_truth(path)``,
``change.change(path, wishes)``; as commands in ``command``.

Where a kind of row is made:

====================  ==================================================================================================
``organisation``      companies, departments, roles, users, the one-row settings
``catalogue``         ledger codes, taxes and zones, services with details, add-ons, packages
``people``            account statuses, types, groups, accounts, contacts, phone numbers, account events
``places``            addresses and who lived where
``billing``           billing defaults, account billing parameters
``services``          account services, their add-ons and metadata
``wallets``           credit cards, bank accounts, processors
``money``             invoices, debits, taxes, discounts, payments, credits and what was taken back (books: ``ledger``)
``network``           sites, RADIUS, loose MACs, servers; ``addressing`` the subnets, pools and IP assignments
``inventory``         makers, models, items and their field data, warehouses, vendors, purchase orders
``voice``             numbers and calls
``support``           tickets, replies, comments, canned replies
``fieldwork``         jobs, check-ins, tasks
``documents``         notes, call logs, contracts, files, e-mails
``custom_fields``     custom fields and their values
``history``           scheduled events, audit log, data usage, web enquiries
``dirt/``             what is wrong on purpose, by subject; the codes are in ``dirt_codes``
====================  ==================================================================================================

Rules that several share: ``charges`` (prices and taxes), ``calendar`` (bill dates), ``volumes`` (how many rows),
``words`` (names, towns), ``plan`` (what is remembered of an account), ``context`` (what the steps share), ``writer``
(rows to SQLite).
"""
