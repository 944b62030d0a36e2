-- every connection
SET default_transaction_read_only = on;

-- every connection
SET statement_timeout = 300000;

-- every connection
SET idle_in_transaction_session_timeout = 300000;

-- every connection
SET lock_timeout = 10000;

-- every connection
SET TimeZone = 'UTC';

-- every connection
SET DateStyle = 'ISO, YMD';

-- every connection
SET extra_float_digits = 1;

-- examine
SHOW server_version;

-- examine
SELECT timezone('UTC', clock_timestamp());

-- examine
SHOW server_encoding;

-- examine
SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE');

-- examine
SELECT c.relname, a.attname, CASE WHEN l.collname = 'default' THEN d.datcollate ELSE l.collname END FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_collation l ON l.oid = a.attcollation JOIN pg_database d ON d.datname = current_database() JOIN pg_namespace n ON n.oid = c.relnamespace WHERE a.attnum > 0 AND n.nspname = COALESCE(CAST(:schema AS text), current_schema());

-- examine
SELECT c.relname, a.attname FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0] WHERE i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indnkeyatts = 1 AND n.nspname = COALESCE(CAST(:schema AS text), current_schema());

-- examine
SHOW server_encoding;

-- examine
SELECT reset_val FROM pg_settings WHERE name = 'TimeZone';

-- count
SELECT count(*) AS count_1
FROM "SIEBEL"."S_CASE";

-- filled
SELECT 0 AS position
FROM (SELECT 1 AS one
FROM "SIEBEL"."S_CASE"
 LIMIT %(param_1)s::INTEGER) AS anon_1 UNION ALL SELECT 1 AS position
FROM (SELECT 1 AS one
FROM "SIEBEL"."S_CASE"
 LIMIT %(param_2)s::INTEGER) AS anon_2;
-- param_1 = 1
-- param_2 = 1

-- boundaries
SELECT numbered.border
FROM (SELECT "SIEBEL"."S_CASE"."ROW_ID" AS border, row_number() OVER (ORDER BY "SIEBEL"."S_CASE"."ROW_ID") AS position
FROM "SIEBEL"."S_CASE"
WHERE "SIEBEL"."S_CASE"."ROW_ID" IS NOT NULL) AS numbered
WHERE numbered.position > %(position_1)s::INTEGER AND (numbered.position - 1) %% 25000 = 0 ORDER BY numbered.position;
-- position_1 = 1

-- boundaries of rows without a pointer
SELECT numbered.border
FROM (SELECT "SIEBEL"."S_CASE"."ROW_ID" AS border, row_number() OVER (ORDER BY "SIEBEL"."S_CASE"."ROW_ID") AS position
FROM "SIEBEL"."S_CASE"
WHERE "SIEBEL"."S_CASE"."ROW_ID" IS NOT NULL AND "SIEBEL"."S_CASE"."PAR_ID" IS NULL) AS numbered
WHERE numbered.position > %(position_1)s::INTEGER AND (numbered.position - 1) %% 25000 = 0 ORDER BY numbered.position;
-- position_1 = 1

-- rights
SELECT 1
FROM "SIEBEL"."S_CASE"
WHERE 1 = 0 UNION ALL SELECT 1
FROM "SIEBEL"."S_CASE"
WHERE 1 = 0;

-- count, narrowed
SELECT count(*) AS count_1
FROM "SIEBEL"."S_CASE"
WHERE ("SIEBEL"."S_CASE"."PAR_ID" IN (%(param_1)s::VARCHAR) OR "SIEBEL"."S_CASE"."PAR_ID" IS NULL OR "SIEBEL"."S_CASE"."ROW_ID" IN (%(param_2)s::VARCHAR)) AND "SIEBEL"."S_CASE"."ROW_ID" IS NOT NULL;
-- param_1 = "it's"
-- param_2 = '1-A'

-- boundaries, narrowed
SELECT numbered.border
FROM (SELECT "SIEBEL"."S_CASE"."ROW_ID" AS border, row_number() OVER (ORDER BY "SIEBEL"."S_CASE"."ROW_ID") AS position
FROM "SIEBEL"."S_CASE"
WHERE "SIEBEL"."S_CASE"."ROW_ID" IS NOT NULL AND ("SIEBEL"."S_CASE"."PAR_ID" IN (%(param_1)s::VARCHAR) OR "SIEBEL"."S_CASE"."PAR_ID" IS NULL OR "SIEBEL"."S_CASE"."ROW_ID" IN (%(param_2)s::VARCHAR)) AND "SIEBEL"."S_CASE"."ROW_ID" IS NOT NULL) AS numbered
WHERE numbered.position > %(position_1)s::INTEGER AND (numbered.position - 1) %% 25000 = 0 ORDER BY numbered.position;
-- param_1 = "it's"
-- param_2 = '1-A'
-- position_1 = 1

-- begin
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;

-- begin
SELECT 1;

-- share
SELECT pg_export_snapshot();

-- join
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;

-- join
SET TRANSACTION SNAPSHOT '1234567';

-- range
SELECT "SIEBEL"."S_CASE"."ROW_ID" AS "ROW_ID", "SIEBEL"."S_CASE"."PAR_ID" AS "PAR_ID", "SIEBEL"."S_CASE"."SEQ_NUM" AS "SEQ_NUM", "SIEBEL"."S_CASE"."AMT" AS "AMT", "SIEBEL"."S_CASE"."CREATED" AS "CREATED", "SIEBEL"."S_CASE"."LAST_UPD" AS "LAST_UPD", CAST("SIEBEL"."S_CASE"."PRICE" AS NUMERIC(38, 10)) AS "PRICE", CAST("SIEBEL"."S_CASE"."DONE" AS INTEGER) AS "DONE", timezone('UTC', "SIEBEL"."S_CASE"."AT") AS "AT", CAST("SIEBEL"."S_CASE"."CODE" AS TEXT) AS "CODE"
FROM "SIEBEL"."S_CASE"
WHERE "SIEBEL"."S_CASE"."ROW_ID" >= %(param_1)s::VARCHAR AND "SIEBEL"."S_CASE"."ROW_ID" < %(param_2)s::VARCHAR;
-- param_1 = '1-A'
-- param_2 = '1-B'

-- first range
SELECT "SIEBEL"."S_CASE"."ROW_ID" AS "ROW_ID"
FROM "SIEBEL"."S_CASE"
WHERE "SIEBEL"."S_CASE"."ROW_ID" < %(param_1)s::VARCHAR;
-- param_1 = '1-B'

-- last range
SELECT "SIEBEL"."S_CASE"."ROW_ID" AS "ROW_ID"
FROM "SIEBEL"."S_CASE"
WHERE "SIEBEL"."S_CASE"."ROW_ID" >= %(param_1)s::VARCHAR;
-- param_1 = '1-A'

-- narrowed range
SELECT "SIEBEL"."S_CASE"."ROW_ID" AS "ROW_ID"
FROM "SIEBEL"."S_CASE"
WHERE "SIEBEL"."S_CASE"."ROW_ID" >= %(param_1)s::VARCHAR AND ("SIEBEL"."S_CASE"."PAR_ID" IN (%(param_2)s::VARCHAR) OR "SIEBEL"."S_CASE"."PAR_ID" IS NULL OR "SIEBEL"."S_CASE"."ROW_ID" IN (%(param_3)s::VARCHAR)) AND "SIEBEL"."S_CASE"."ROW_ID" IS NOT NULL;
-- param_1 = '1-A'
-- param_2 = "it's"
-- param_3 = '1-A'

-- one range over everything
SELECT "SIEBEL"."S_CASE"."ROW_ID" AS "ROW_ID"
FROM "SIEBEL"."S_CASE"
WHERE "SIEBEL"."S_CASE"."ROW_ID" IS NOT NULL;

-- range of a number
SELECT "SIEBEL"."S_CASE"."ROW_ID" AS "ROW_ID"
FROM "SIEBEL"."S_CASE"
WHERE "SIEBEL"."S_CASE"."SEQ_NUM" >= %(param_1)s::BIGINT AND "SIEBEL"."S_CASE"."SEQ_NUM" < %(param_2)s::BIGINT;
-- param_1 = 1
-- param_2 = 9007199254740993

-- range in another column's order
SELECT "SIEBEL"."S_CASE"."ROW_ID" AS "ROW_ID"
FROM "SIEBEL"."S_CASE"
WHERE ("SIEBEL"."S_CASE"."PAR_ID" COLLATE other) >= %(param_1)s::VARCHAR;
-- param_1 = '1-A'

-- keys
SELECT "SIEBEL"."S_CASE"."ROW_ID" AS "ROW_ID"
FROM "SIEBEL"."S_CASE"
WHERE "SIEBEL"."S_CASE"."PAR_ID" = ANY (CAST(%(keys)s::TEXT[] AS TEXT[]));
-- keys = ['1-A', "it's"]

-- keys that are numbers
SELECT "SIEBEL"."S_CASE"."ROW_ID" AS "ROW_ID"
FROM "SIEBEL"."S_CASE"
WHERE "SIEBEL"."S_CASE"."SEQ_NUM" = ANY (CAST(%(keys)s::BIGINT[] AS BIGINT[]));
-- keys = [1, 9007199254740993]

-- keys that are decimals
SELECT "SIEBEL"."S_CASE"."ROW_ID" AS "ROW_ID"
FROM "SIEBEL"."S_CASE"
WHERE "SIEBEL"."S_CASE"."AMT" = ANY (CAST(%(keys)s::NUMERIC(22, 7)[] AS NUMERIC(22, 7)[]));
-- keys = [Decimal('1.5')]

-- keys, narrowed
SELECT "SIEBEL"."S_CASE"."ROW_ID" AS "ROW_ID"
FROM "SIEBEL"."S_CASE"
WHERE "SIEBEL"."S_CASE"."PAR_ID" = ANY (CAST(%(keys)s::TEXT[] AS TEXT[])) AND ("SIEBEL"."S_CASE"."PAR_ID" IN (%(param_1)s::VARCHAR) OR "SIEBEL"."S_CASE"."PAR_ID" IS NULL OR "SIEBEL"."S_CASE"."ROW_ID" IN (%(param_2)s::VARCHAR)) AND "SIEBEL"."S_CASE"."ROW_ID" IS NOT NULL;
-- keys = ['1-A']
-- param_1 = "it's"
-- param_2 = '1-A'

-- changed
SELECT DISTINCT "SIEBEL"."S_CASE"."PAR_ID" AS "PAR_ID"
FROM "SIEBEL"."S_CASE"
WHERE "SIEBEL"."S_CASE"."CREATED" >= %(param_1)s::TIMESTAMP WITHOUT TIME ZONE AND "SIEBEL"."S_CASE"."PAR_ID" IS NOT NULL;
-- param_1 = datetime.datetime(2026, 1, 31, 23, 59, 58)

-- changed by one stamp or another
SELECT DISTINCT "SIEBEL"."S_CASE"."PAR_ID" AS "PAR_ID"
FROM "SIEBEL"."S_CASE"
WHERE ("SIEBEL"."S_CASE"."CREATED" >= %(param_1)s::TIMESTAMP WITHOUT TIME ZONE OR "SIEBEL"."S_CASE"."LAST_UPD" >= %(param_2)s::TIMESTAMP WITHOUT TIME ZONE) AND "SIEBEL"."S_CASE"."PAR_ID" IS NOT NULL;
-- param_1 = datetime.datetime(2026, 1, 31, 23, 59, 58)
-- param_2 = datetime.datetime(2026, 1, 31, 23, 59, 58)

-- checksums
SELECT CAST(each_row.part AS BIGINT) AS part, CAST(count(*) AS BIGINT) AS row_count, CAST(sum(each_row.row_sum) AS VARCHAR(40)) AS row_sum
FROM (SELECT abs(hashtextextended(CAST(row("SIEBEL"."S_CASE"."PAR_ID") AS TEXT), 0) %% 4096) AS part, hashtextextended(CAST(row("SIEBEL"."S_CASE"."ROW_ID", "SIEBEL"."S_CASE"."PAR_ID", "SIEBEL"."S_CASE"."SEQ_NUM", "SIEBEL"."S_CASE"."AMT", "SIEBEL"."S_CASE"."CREATED", "SIEBEL"."S_CASE"."LAST_UPD", CAST("SIEBEL"."S_CASE"."PRICE" AS NUMERIC(38, 10)), CAST("SIEBEL"."S_CASE"."DONE" AS INTEGER), timezone('UTC', "SIEBEL"."S_CASE"."AT"), CAST("SIEBEL"."S_CASE"."CODE" AS TEXT)) AS TEXT), 0) AS row_sum
FROM "SIEBEL"."S_CASE"
WHERE "SIEBEL"."S_CASE"."PAR_ID" IS NOT NULL) AS each_row GROUP BY each_row.part;

-- keys of some parts
SELECT "SIEBEL"."S_CASE"."ROW_ID" AS "ROW_ID"
FROM "SIEBEL"."S_CASE"
WHERE "SIEBEL"."S_CASE"."PAR_ID" IS NOT NULL AND "SIEBEL"."S_CASE"."ROW_ID" IS NOT NULL AND abs(hashtextextended(CAST(row("SIEBEL"."S_CASE"."PAR_ID") AS TEXT), 0) %% 4096) IN (0, 17);

-- measured
SELECT "SIEBEL"."S_CASE"."PAR_ID" AS "PAR_ID", CAST(count(*) AS BIGINT) AS row_count, CAST(coalesce(sum("SIEBEL"."S_CASE"."SEQ_NUM"), 0) AS BIGINT) AS version_sum, max("SIEBEL"."S_CASE"."CREATED") AS "CREATED"
FROM "SIEBEL"."S_CASE"
WHERE "SIEBEL"."S_CASE"."PAR_ID" >= %(param_1)s::VARCHAR AND "SIEBEL"."S_CASE"."PAR_ID" < %(param_2)s::VARCHAR AND ("SIEBEL"."S_CASE"."PAR_ID" IN (%(param_3)s::VARCHAR) OR "SIEBEL"."S_CASE"."PAR_ID" IS NULL OR "SIEBEL"."S_CASE"."ROW_ID" IN (%(param_4)s::VARCHAR)) AND "SIEBEL"."S_CASE"."ROW_ID" IS NOT NULL GROUP BY "SIEBEL"."S_CASE"."PAR_ID";
-- param_1 = '1-A'
-- param_2 = '1-B'
-- param_3 = "it's"
-- param_4 = '1-A'

-- measured in another column's order, without a version
SELECT "SIEBEL"."S_CASE"."PAR_ID" AS "PAR_ID", CAST(count(*) AS BIGINT) AS row_count, CAST(0 AS BIGINT) AS version_sum, max("SIEBEL"."S_CASE"."CREATED") AS "CREATED"
FROM "SIEBEL"."S_CASE"
WHERE ("SIEBEL"."S_CASE"."PAR_ID" COLLATE other) >= %(param_1)s::VARCHAR GROUP BY "SIEBEL"."S_CASE"."PAR_ID";
-- param_1 = '1-A'

-- without a pointer
SELECT "SIEBEL"."S_CASE"."ROW_ID" AS "ROW_ID"
FROM "SIEBEL"."S_CASE"
WHERE "SIEBEL"."S_CASE"."PAR_ID" IS NULL;

-- without a pointer, bounded
SELECT "SIEBEL"."S_CASE"."ROW_ID" AS "ROW_ID"
FROM "SIEBEL"."S_CASE"
WHERE "SIEBEL"."S_CASE"."PAR_ID" IS NULL AND "SIEBEL"."S_CASE"."ROW_ID" >= %(param_1)s::VARCHAR AND "SIEBEL"."S_CASE"."ROW_ID" < %(param_2)s::VARCHAR;
-- param_1 = '1-A'
-- param_2 = '1-B'

-- end
ROLLBACK;
