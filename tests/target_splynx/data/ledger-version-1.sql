BEGIN TRANSACTION;
CREATE TABLE meta (
	"key" VARCHAR(64) NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "meta" VALUES('version','1');
INSERT INTO "meta" VALUES('splynx','https://splynx.example.net');
CREATE TABLE operations (
	id INTEGER NOT NULL, 
	run INTEGER NOT NULL, 
	model VARCHAR(128) NOT NULL, 
	resource VARCHAR(64) NOT NULL, 
	source_key VARCHAR(255) NOT NULL, 
	label TEXT NOT NULL, 
	action VARCHAR(16) NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	provisional_id BIGINT, 
	splynx_id VARCHAR(128), 
	path TEXT NOT NULL, 
	payload TEXT NOT NULL, 
	"before" TEXT, 
	reason VARCHAR(64), 
	field VARCHAR(128), 
	message TEXT, 
	remedy TEXT, 
	blocked_by INTEGER, 
	at VARCHAR(32), 
	PRIMARY KEY (id)
);
INSERT INTO "operations" VALUES(1,1,'foundation/marker_fields','additional_fields','customers--sonar_id','Additional field sonar_id of customers','create','done',-1125899906842625,'sonar_id','{"module":"customers","name":"sonar_id"}','{"disabled":0,"is_add":0,"is_required":0,"is_unique":1,"name":"sonar_id","readonly":0,"searchable":1,"show_in_list":0,"title":"Source id","type":"string"}',NULL,NULL,NULL,NULL,NULL,NULL,'2026-11-23T03:48:39+00:00');
INSERT INTO "operations" VALUES(2,1,'foundation/marker_fields','additional_fields','services_internet--sonar_id','Additional field sonar_id of services_internet','create','done',-1125899906842626,'sonar_id','{"module":"services_internet","name":"sonar_id"}','{"disabled":0,"is_add":0,"is_required":0,"is_unique":1,"name":"sonar_id","readonly":0,"searchable":1,"show_in_list":0,"title":"Source id","type":"string"}',NULL,NULL,NULL,NULL,NULL,NULL,'2026-11-23T03:48:39+00:00');
INSERT INTO "operations" VALUES(3,1,'foundation/marker_fields','additional_fields','tariffs_internet--sonar_id','Additional field sonar_id of tariffs_internet','create','done',-1125899906842627,'sonar_id','{"module":"tariffs_internet","name":"sonar_id"}','{"disabled":0,"is_add":0,"is_required":0,"is_unique":1,"name":"sonar_id","readonly":0,"searchable":1,"show_in_list":0,"title":"Source id","type":"string"}',NULL,NULL,NULL,NULL,NULL,NULL,'2026-11-23T03:48:39+00:00');
INSERT INTO "operations" VALUES(4,1,'catalogue/plans','tariffs_internet','1','plan Fibre 100','create','done',-1125899906842628,'1','{}','{"additional_attributes":{"sonar_id":"1"},"available_for_locations":[1],"billing_types":["recurring"],"customer_categories":["person"],"hide_on_admin_portal":false,"partners_ids":[1],"price":49.9,"show_on_customer_portal":false,"speed_download":100000,"speed_upload":50000,"title":"Fibre 100","vat_percent":0,"with_vat":false}',NULL,NULL,NULL,NULL,NULL,NULL,'2026-11-23T03:48:39+00:00');
INSERT INTO "operations" VALUES(5,1,'catalogue/plans','tariffs_internet','2','plan Fibre 1000','create','done',-1125899906842629,'2','{}','{"additional_attributes":{"sonar_id":"2"},"available_for_locations":[1],"billing_types":["recurring"],"customer_categories":["person"],"hide_on_admin_portal":false,"partners_ids":[1],"price":80,"show_on_customer_portal":false,"speed_download":100000,"speed_upload":50000,"title":"Fibre 1000","vat_percent":0,"with_vat":false}',NULL,NULL,NULL,NULL,NULL,NULL,'2026-11-23T03:48:39+00:00');
INSERT INTO "operations" VALUES(6,1,'customers/people','customers','1','person 1','create','done',-1125899906842630,'1','{}','{"additional_attributes":{"sonar_id":"1"},"category":"person","city":"Turku","email":"p1@example.net","location_id":1,"login":"p1","name":"Person 1","partner_id":1,"status":"active"}',NULL,NULL,NULL,NULL,NULL,NULL,'2026-11-23T03:48:39+00:00');
INSERT INTO "operations" VALUES(7,1,'customers/people','customers','2','person 2','create','done',-1125899906842631,'2','{}','{"additional_attributes":{"sonar_id":"2"},"category":"person","city":"Turku","email":"p2@example.net","location_id":1,"login":"p2","name":"Person 2","partner_id":1,"status":"active"}',NULL,NULL,NULL,NULL,NULL,NULL,'2026-11-23T03:48:39+00:00');
INSERT INTO "operations" VALUES(8,1,'customers/info','customer_info','1','customer_info 1','update','done',NULL,'1','{}','{"contact_person":"Åsa Öberg"}','{"contact_person":null}',NULL,NULL,NULL,NULL,NULL,'2026-11-23T03:48:39+00:00');
INSERT INTO "operations" VALUES(9,1,'customers/parents','customers','2','customers 2','update','done',NULL,'2','{}','{"parent_id":1}','{"parent_id":null}',NULL,NULL,NULL,NULL,NULL,'2026-11-23T03:48:39+00:00');
INSERT INTO "operations" VALUES(10,1,'services/lines','services_internet','101','line 101','create','done',-1125899906842632,'2','{"customer_id":1}','{"additional_attributes":{"sonar_id":"101"},"customer_id":1,"description":"Fibre 1000","end_date":"0000-00-00","login":"line1","quantity":1,"start_date":"2026-12-01","status":"active","taking_ipv4":0,"tariff_id":2}',NULL,NULL,NULL,NULL,NULL,NULL,'2026-11-23T03:48:39+00:00');
INSERT INTO "operations" VALUES(11,1,'services/lines','services_internet','102','line 102','create','done',-1125899906842633,'1','{"customer_id":2}','{"additional_attributes":{"sonar_id":"102"},"customer_id":2,"description":"Fibre 100","end_date":"0000-00-00","login":"line2","quantity":1,"start_date":"2026-12-01","status":"active","taking_ipv4":0,"tariff_id":1}',NULL,NULL,NULL,NULL,NULL,NULL,'2026-11-23T03:48:39+00:00');
CREATE TABLE records (
	model VARCHAR(128) NOT NULL, 
	source_key VARCHAR(255) NOT NULL, 
	resource VARCHAR(64) NOT NULL, 
	splynx_id VARCHAR(128) NOT NULL, 
	path TEXT NOT NULL, 
	payload TEXT NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	run INTEGER NOT NULL, 
	PRIMARY KEY (model, source_key)
);
INSERT INTO "records" VALUES('foundation/marker_fields','customers--sonar_id','additional_fields','sonar_id','{"module":"customers","name":"sonar_id"}','{"disabled":0,"is_add":0,"is_required":0,"is_unique":1,"name":"sonar_id","readonly":0,"searchable":1,"show_in_list":0,"title":"Source id","type":"string"}','live',1);
INSERT INTO "records" VALUES('foundation/marker_fields','services_internet--sonar_id','additional_fields','sonar_id','{"module":"services_internet","name":"sonar_id"}','{"disabled":0,"is_add":0,"is_required":0,"is_unique":1,"name":"sonar_id","readonly":0,"searchable":1,"show_in_list":0,"title":"Source id","type":"string"}','live',1);
INSERT INTO "records" VALUES('foundation/marker_fields','tariffs_internet--sonar_id','additional_fields','sonar_id','{"module":"tariffs_internet","name":"sonar_id"}','{"disabled":0,"is_add":0,"is_required":0,"is_unique":1,"name":"sonar_id","readonly":0,"searchable":1,"show_in_list":0,"title":"Source id","type":"string"}','live',1);
INSERT INTO "records" VALUES('catalogue/plans','2','tariffs_internet','2','{}','{"additional_attributes":{"sonar_id":"2"},"available_for_locations":[1],"billing_types":["recurring"],"customer_categories":["person"],"hide_on_admin_portal":false,"partners_ids":[1],"price":80,"show_on_customer_portal":false,"speed_download":100000,"speed_upload":50000,"title":"Fibre 1000","vat_percent":0,"with_vat":false}','live',1);
INSERT INTO "records" VALUES('catalogue/plans','1','tariffs_internet','1','{}','{"additional_attributes":{"sonar_id":"1"},"available_for_locations":[1],"billing_types":["recurring"],"customer_categories":["person"],"hide_on_admin_portal":false,"partners_ids":[1],"price":49.9,"show_on_customer_portal":false,"speed_download":100000,"speed_upload":50000,"title":"Fibre 100","vat_percent":0,"with_vat":false}','live',1);
INSERT INTO "records" VALUES('customers/people','1','customers','1','{}','{"additional_attributes":{"sonar_id":"1"},"category":"person","city":"Turku","email":"p1@example.net","location_id":1,"login":"p1","name":"Person 1","partner_id":1,"status":"active"}','live',1);
INSERT INTO "records" VALUES('customers/people','2','customers','2','{}','{"additional_attributes":{"sonar_id":"2"},"category":"person","city":"Turku","email":"p2@example.net","location_id":1,"login":"p2","name":"Person 2","partner_id":1,"status":"active"}','live',1);
INSERT INTO "records" VALUES('customers/parents','2','customers','2','{}','{"parent_id":1}','live',1);
INSERT INTO "records" VALUES('services/lines','102','services_internet','1','{"customer_id":2}','{"additional_attributes":{"sonar_id":"102"},"customer_id":2,"description":"Fibre 100","end_date":"0000-00-00","login":"line2","quantity":1,"start_date":"2026-12-01","status":"active","taking_ipv4":0,"tariff_id":1}','live',1);
INSERT INTO "records" VALUES('customers/info','1','customer_info','1','{}','{"contact_person":"Åsa Öberg"}','live',1);
INSERT INTO "records" VALUES('services/lines','101','services_internet','2','{"customer_id":1}','{"additional_attributes":{"sonar_id":"101"},"customer_id":1,"description":"Fibre 1000","end_date":"0000-00-00","login":"line1","quantity":1,"start_date":"2026-12-01","status":"active","taking_ipv4":0,"tariff_id":2}','live',1);
CREATE TABLE runs (
	id INTEGER NOT NULL, 
	started_at VARCHAR(32) NOT NULL, 
	finished_at VARCHAR(32), 
	state VARCHAR(16) NOT NULL, 
	dry_run BOOLEAN NOT NULL, 
	settings TEXT NOT NULL, 
	summary TEXT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "runs" VALUES(1,'2026-11-23T03:48:38+00:00','2026-11-23T03:48:39+00:00','done',0,'{"admin_email_domain":"example.com","all_emails":false,"api_key":"sandbox-key","api_url":"https://splynx.example.net","archived_accounts":"skip","auth_method":"basic","batch_size":100,"bill_day_differs":"reject","child_billing":"aggregated","currency_exponent":2,"default_country":"US","default_location_id":1,"default_partner_id":1,"delinquent_accounts":"active","dry_run":false,"enable_billing":false,"flat_taxes":"recurring","further_credits":"recurring","inactive_services":"skip","ip_problem":"reject","lead_status_pattern":"lead|prospect","load_method":"append-only","location_by":"single","login_pattern":"{account_id}","mapping":"/srv/models","missing_speed_kbps":1000000,"network_category":1,"next_bill_months_ahead":13,"on_delete":"ignore","on_reject":"continue","parallel_workers":4,"payment_type_map":{"BANKACCOUNT":"ACH","CASH":"Cash","CHECK":"Check","CREDITCARD":"Credit card","OTHER":"Other","PAYPAL":"PayPal","WIRE":"Bank transfer"},"request_timeout":120,"requests_per_minute":0,"reserved_admin_logins":["admin","splynx","splynx-remote-support"],"retry_attempts":2,"role_map":{"billing":"financial-manager","owner":"super-administrator","read only":"manager","read_only":"manager","sales":"customer-creator","supervisor":"super-administrator","technician":"technician"},"router_map":{},"service_login_pattern":"s{account_service_id}","service_price_map":{},"status_map":{},"tax_by":"tariff","tax_missing":"percent","technical_admin":"sonar-migration","technical_admin_name":"Sonar migration","unknown_streams":"ignore","validate_records":true,"workspace":"/srv/workspace"}','{"requests":24,"rows":[{"adopted":0,"blocked":0,"changed":0,"created":3,"deleted":0,"ended":0,"model":"foundation/marker_fields","problem":"","read":3,"rejected":0,"seconds":0.1,"section":"foundation","skip_rules":{},"skipped":0,"to_change":0,"to_create":3,"unchanged":0},{"adopted":0,"blocked":0,"changed":0,"created":2,"deleted":0,"ended":0,"model":"catalogue/plans","problem":"","read":2,"rejected":0,"seconds":0.1,"section":"catalogue","skip_rules":{},"skipped":0,"to_change":0,"to_create":2,"unchanged":0},{"adopted":0,"blocked":0,"changed":0,"created":2,"deleted":0,"ended":0,"model":"customers/people","problem":"","read":2,"rejected":0,"seconds":0.1,"section":"customers","skip_rules":{},"skipped":0,"to_change":0,"to_create":2,"unchanged":0},{"adopted":0,"blocked":0,"changed":1,"created":0,"deleted":0,"ended":0,"model":"customers/info","problem":"","read":1,"rejected":0,"seconds":0.0,"section":"customers","skip_rules":{},"skipped":0,"to_change":1,"to_create":0,"unchanged":0},{"adopted":0,"blocked":0,"changed":1,"created":0,"deleted":0,"ended":0,"model":"customers/parents","problem":"","read":1,"rejected":0,"seconds":0.0,"section":"customers","skip_rules":{},"skipped":0,"to_change":1,"to_create":0,"unchanged":0},{"adopted":0,"blocked":0,"changed":0,"created":2,"deleted":0,"ended":0,"model":"services/lines","problem":"","read":2,"rejected":0,"seconds":0.1,"section":"services","skip_rules":{},"skipped":0,"to_change":0,"to_create":2,"unchanged":0}],"seconds":1.1}');
CREATE INDEX records_by_resource ON records (resource, source_key);
CREATE INDEX operations_by_state ON operations (state);
CREATE INDEX operations_by_run ON operations (run, model, state);
COMMIT;
