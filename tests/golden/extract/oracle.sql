-- every connection
ALTER SESSION SET NLS_SORT = BINARY NLS_COMP = BINARY;

-- every connection
ALTER SESSION SET NLS_NUMERIC_CHARACTERS = '.,' TIME_ZONE = 'UTC';

-- every connection
ALTER SESSION SET OPTIMIZER_MODE = ALL_ROWS;

-- examine
SELECT version FROM product_component_version FETCH FIRST 1 ROWS ONLY;

-- examine
SELECT SYS_EXTRACT_UTC(SYSTIMESTAMP) FROM dual;

-- examine
SELECT value FROM nls_database_parameters WHERE parameter = 'NLS_CHARACTERSET';

-- examine
SELECT COUNT(*) FROM (SELECT privilege FROM session_privs UNION ALL SELECT privilege FROM user_tab_privs UNION ALL SELECT 'UPDATE' FROM user_tables WHERE ROWNUM = 1) WHERE privilege IN ('INSERT', 'UPDATE', 'DELETE', 'INSERT ANY TABLE', 'UPDATE ANY TABLE', 'DELETE ANY TABLE');

-- examine
SELECT MIN(c.table_name), MIN(c.column_name) FROM all_ind_columns c JOIN all_indexes i ON i.owner = c.index_owner AND i.index_name = c.index_name WHERE i.uniqueness = 'UNIQUE' AND i.table_owner = COALESCE(UPPER(:schema), SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA')) GROUP BY c.index_owner, c.index_name HAVING COUNT(*) = 1;

-- examine
SELECT value FROM nls_database_parameters WHERE parameter = 'NLS_CHARACTERSET';

-- examine
SELECT DBTIMEZONE FROM dual;

-- count
SELECT count(*) AS count_1
FROM "SIEBEL"."S_CASE";

-- filled
SELECT 0 AS position
FROM (SELECT 1 AS one
FROM "SIEBEL"."S_CASE"
 FETCH FIRST 1 ROWS ONLY) anon_1 UNION ALL SELECT 1 AS position
FROM (SELECT 1 AS one
FROM "SIEBEL"."S_CASE"
 FETCH FIRST 1 ROWS ONLY) anon_2;

-- boundaries
SELECT numbered.border
FROM (SELECT "SIEBEL"."S_CASE"."ROW_ID" AS border, row_number() OVER (ORDER BY "SIEBEL"."S_CASE"."ROW_ID") AS position
FROM "SIEBEL"."S_CASE"
WHERE "SIEBEL"."S_CASE"."ROW_ID" IS NOT NULL) numbered
WHERE numbered.position > :position_1 AND mod((numbered.position - 1), 25000) = 0 ORDER BY numbered.position;
-- position_1 = 1

-- boundaries of rows without a pointer
SELECT numbered.border
FROM (SELECT "SIEBEL"."S_CASE"."ROW_ID" AS border, row_number() OVER (ORDER BY "SIEBEL"."S_CASE"."ROW_ID") AS position
FROM "SIEBEL"."S_CASE"
WHERE "SIEBEL"."S_CASE"."ROW_ID" IS NOT NULL AND "SIEBEL"."S_CASE"."PAR_ID" IS NULL) numbered
WHERE numbered.position > :position_1 AND mod((numbered.position - 1), 25000) = 0 ORDER BY numbered.position;
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
WHERE ("SIEBEL"."S_CASE"."PAR_ID" IN (:param_1) OR "SIEBEL"."S_CASE"."PAR_ID" IS NULL OR "SIEBEL"."S_CASE"."ROW_ID" IN (:param_2)) AND "SIEBEL"."S_CASE"."ROW_ID" IS NOT NULL;
-- param_1 = "it's"
-- param_2 = '1-A'

-- boundaries, narrowed
SELECT numbered.border
FROM (SELECT "SIEBEL"."S_CASE"."ROW_ID" AS border, row_number() OVER (ORDER BY "SIEBEL"."S_CASE"."ROW_ID") AS position
FROM "SIEBEL"."S_CASE"
WHERE "SIEBEL"."S_CASE"."ROW_ID" IS NOT NULL AND ("SIEBEL"."S_CASE"."PAR_ID" IN (:param_1) OR "SIEBEL"."S_CASE"."PAR_ID" IS NULL OR "SIEBEL"."S_CASE"."ROW_ID" IN (:param_2)) AND "SIEBEL"."S_CASE"."ROW_ID" IS NOT NULL) numbered
WHERE numbered.position > :position_1 AND mod((numbered.position - 1), 25000) = 0 ORDER BY numbered.position;
-- param_1 = "it's"
-- param_2 = '1-A'
-- position_1 = 1

-- begin
SET TRANSACTION READ ONLY;

-- share
SELECT TO_CHAR(DBMS_FLASHBACK.GET_SYSTEM_CHANGE_NUMBER) FROM dual;

-- join
SET TRANSACTION READ ONLY;

-- range
SELECT "SIEBEL"."S_CASE"."ROW_ID" AS "ROW_ID", "SIEBEL"."S_CASE"."PAR_ID" AS "PAR_ID", "SIEBEL"."S_CASE"."SEQ_NUM" AS "SEQ_NUM", "SIEBEL"."S_CASE"."AMT" AS "AMT", "SIEBEL"."S_CASE"."CREATED" AS "CREATED", "SIEBEL"."S_CASE"."LAST_UPD" AS "LAST_UPD", CAST("SIEBEL"."S_CASE"."PRICE" AS NUMERIC(38, 10)) AS "PRICE", "SIEBEL"."S_CASE"."DONE" AS "DONE", SYS_EXTRACT_UTC("SIEBEL"."S_CASE"."AT") AS "AT", "SIEBEL"."S_CASE"."CODE" AS "CODE"
FROM "SIEBEL"."S_CASE" AS OF SCN CAST(:param_1 AS NUMERIC(38, 0))
WHERE "SIEBEL"."S_CASE"."ROW_ID" >= :param_2 AND "SIEBEL"."S_CASE"."ROW_ID" < :param_3;
-- param_1 = '1234567'
-- param_2 = '1-A'
-- param_3 = '1-B'

-- first range
SELECT "SIEBEL"."S_CASE"."ROW_ID" AS "ROW_ID"
FROM "SIEBEL"."S_CASE" AS OF SCN CAST(:param_1 AS NUMERIC(38, 0))
WHERE "SIEBEL"."S_CASE"."ROW_ID" < :param_2;
-- param_1 = '1234567'
-- param_2 = '1-B'

-- last range
SELECT "SIEBEL"."S_CASE"."ROW_ID" AS "ROW_ID"
FROM "SIEBEL"."S_CASE" AS OF SCN CAST(:param_1 AS NUMERIC(38, 0))
WHERE "SIEBEL"."S_CASE"."ROW_ID" >= :param_2;
-- param_1 = '1234567'
-- param_2 = '1-A'

-- narrowed range
SELECT "SIEBEL"."S_CASE"."ROW_ID" AS "ROW_ID"
FROM "SIEBEL"."S_CASE" AS OF SCN CAST(:param_1 AS NUMERIC(38, 0))
WHERE "SIEBEL"."S_CASE"."ROW_ID" >= :param_2 AND ("SIEBEL"."S_CASE"."PAR_ID" IN (:param_3) OR "SIEBEL"."S_CASE"."PAR_ID" IS NULL OR "SIEBEL"."S_CASE"."ROW_ID" IN (:param_4)) AND "SIEBEL"."S_CASE"."ROW_ID" IS NOT NULL;
-- param_1 = '1234567'
-- param_2 = '1-A'
-- param_3 = "it's"
-- param_4 = '1-A'

-- one range over everything
SELECT "SIEBEL"."S_CASE"."ROW_ID" AS "ROW_ID"
FROM "SIEBEL"."S_CASE" AS OF SCN CAST(:param_1 AS NUMERIC(38, 0))
WHERE "SIEBEL"."S_CASE"."ROW_ID" IS NOT NULL;
-- param_1 = '1234567'

-- range of a number
SELECT "SIEBEL"."S_CASE"."ROW_ID" AS "ROW_ID"
FROM "SIEBEL"."S_CASE" AS OF SCN CAST(:param_1 AS NUMERIC(38, 0))
WHERE "SIEBEL"."S_CASE"."SEQ_NUM" >= :param_2 AND "SIEBEL"."S_CASE"."SEQ_NUM" < :param_3;
-- param_1 = '1234567'
-- param_2 = 1
-- param_3 = 9007199254740993

-- range in another column's order
SELECT "SIEBEL"."S_CASE"."ROW_ID" AS "ROW_ID"
FROM "SIEBEL"."S_CASE" AS OF SCN CAST(:param_1 AS NUMERIC(38, 0))
WHERE ("SIEBEL"."S_CASE"."PAR_ID" COLLATE other) >= :param_2;
-- param_1 = '1234567'
-- param_2 = '1-A'

-- keys
SELECT "SIEBEL"."S_CASE"."ROW_ID" AS "ROW_ID"
FROM "SIEBEL"."S_CASE" AS OF SCN CAST(:param_1 AS NUMERIC(38, 0))
WHERE "SIEBEL"."S_CASE"."PAR_ID" IN (:keys_1, :keys_2);
-- param_1 = '1234567'
-- keys_1 = '1-A'
-- keys_2 = "it's"

-- keys that are numbers
SELECT "SIEBEL"."S_CASE"."ROW_ID" AS "ROW_ID"
FROM "SIEBEL"."S_CASE" AS OF SCN CAST(:param_1 AS NUMERIC(38, 0))
WHERE "SIEBEL"."S_CASE"."SEQ_NUM" IN (:keys_1, :keys_2);
-- param_1 = '1234567'
-- keys_1 = 1
-- keys_2 = 9007199254740993

-- keys that are decimals
SELECT "SIEBEL"."S_CASE"."ROW_ID" AS "ROW_ID"
FROM "SIEBEL"."S_CASE" AS OF SCN CAST(:param_1 AS NUMERIC(38, 0))
WHERE "SIEBEL"."S_CASE"."AMT" IN (:keys_1);
-- param_1 = '1234567'
-- keys_1 = Decimal('1.5')

-- keys, narrowed
SELECT "SIEBEL"."S_CASE"."ROW_ID" AS "ROW_ID"
FROM "SIEBEL"."S_CASE" AS OF SCN CAST(:param_1 AS NUMERIC(38, 0))
WHERE "SIEBEL"."S_CASE"."PAR_ID" IN (:keys_1) AND ("SIEBEL"."S_CASE"."PAR_ID" IN (:param_2) OR "SIEBEL"."S_CASE"."PAR_ID" IS NULL OR "SIEBEL"."S_CASE"."ROW_ID" IN (:param_3)) AND "SIEBEL"."S_CASE"."ROW_ID" IS NOT NULL;
-- param_1 = '1234567'
-- param_2 = "it's"
-- param_3 = '1-A'
-- keys_1 = '1-A'

-- changed
SELECT DISTINCT "SIEBEL"."S_CASE"."PAR_ID" AS "PAR_ID"
FROM "SIEBEL"."S_CASE" AS OF SCN CAST(:param_1 AS NUMERIC(38, 0))
WHERE "SIEBEL"."S_CASE"."CREATED" >= :param_2 AND "SIEBEL"."S_CASE"."PAR_ID" IS NOT NULL;
-- param_1 = '1234567'
-- param_2 = datetime.datetime(2026, 1, 31, 23, 59, 58)

-- changed by one stamp or another
SELECT DISTINCT "SIEBEL"."S_CASE"."PAR_ID" AS "PAR_ID"
FROM "SIEBEL"."S_CASE" AS OF SCN CAST(:param_1 AS NUMERIC(38, 0))
WHERE ("SIEBEL"."S_CASE"."CREATED" >= :param_2 OR "SIEBEL"."S_CASE"."LAST_UPD" >= :param_3) AND "SIEBEL"."S_CASE"."PAR_ID" IS NOT NULL;
-- param_1 = '1234567'
-- param_2 = datetime.datetime(2026, 1, 31, 23, 59, 58)
-- param_3 = datetime.datetime(2026, 1, 31, 23, 59, 58)

-- checksums
SELECT CAST(each_row.part AS NUMBER(19)) AS part, CAST(count(*) AS NUMBER(19)) AS row_count, CAST(sum(each_row.row_sum) AS VARCHAR2(40 CHAR)) AS row_sum
FROM (SELECT abs(mod(to_number(substr(rawtohex(standard_hash(nvl2("SIEBEL"."S_CASE"."PAR_ID", rawtohex(standard_hash("SIEBEL"."S_CASE"."PAR_ID", 'MD5')), '-'), 'MD5')), 1, 15), 'XXXXXXXXXXXXXXX'), 4096)) AS part, to_number(substr(rawtohex(standard_hash(nvl2("SIEBEL"."S_CASE"."ROW_ID", rawtohex(standard_hash("SIEBEL"."S_CASE"."ROW_ID", 'MD5')), '-') || nvl2("SIEBEL"."S_CASE"."PAR_ID", rawtohex(standard_hash("SIEBEL"."S_CASE"."PAR_ID", 'MD5')), '-') || nvl2("SIEBEL"."S_CASE"."SEQ_NUM", rawtohex(standard_hash(to_char("SIEBEL"."S_CASE"."SEQ_NUM"), 'MD5')), '-') || nvl2("SIEBEL"."S_CASE"."AMT", rawtohex(standard_hash(to_char("SIEBEL"."S_CASE"."AMT"), 'MD5')), '-') || nvl2("SIEBEL"."S_CASE"."CREATED", rawtohex(standard_hash(to_char("SIEBEL"."S_CASE"."CREATED", 'SYYYYMMDDHH24MISSFF9'), 'MD5')), '-') || nvl2("SIEBEL"."S_CASE"."LAST_UPD", rawtohex(standard_hash(to_char("SIEBEL"."S_CASE"."LAST_UPD", 'SYYYYMMDDHH24MISSFF9'), 'MD5')), '-') || nvl2(CAST("SIEBEL"."S_CASE"."PRICE" AS NUMERIC(38, 10)), rawtohex(standard_hash(to_char(CAST("SIEBEL"."S_CASE"."PRICE" AS NUMERIC(38, 10))), 'MD5')), '-') || nvl2("SIEBEL"."S_CASE"."DONE", rawtohex(standard_hash(to_char("SIEBEL"."S_CASE"."DONE"), 'MD5')), '-') || nvl2(SYS_EXTRACT_UTC("SIEBEL"."S_CASE"."AT"), rawtohex(standard_hash(to_char(SYS_EXTRACT_UTC("SIEBEL"."S_CASE"."AT"), 'SYYYYMMDDHH24MISSFF9'), 'MD5')), '-'), 'MD5')), 1, 15), 'XXXXXXXXXXXXXXX') AS row_sum
FROM "SIEBEL"."S_CASE" AS OF SCN CAST(:param_1 AS NUMERIC(38, 0))
WHERE "SIEBEL"."S_CASE"."PAR_ID" IS NOT NULL) each_row GROUP BY each_row.part;
-- param_1 = '1234567'

-- keys of some parts
SELECT "SIEBEL"."S_CASE"."ROW_ID" AS "ROW_ID"
FROM "SIEBEL"."S_CASE" AS OF SCN CAST(:param_1 AS NUMERIC(38, 0))
WHERE "SIEBEL"."S_CASE"."PAR_ID" IS NOT NULL AND "SIEBEL"."S_CASE"."ROW_ID" IS NOT NULL AND abs(mod(to_number(substr(rawtohex(standard_hash(nvl2("SIEBEL"."S_CASE"."PAR_ID", rawtohex(standard_hash("SIEBEL"."S_CASE"."PAR_ID", 'MD5')), '-'), 'MD5')), 1, 15), 'XXXXXXXXXXXXXXX'), 4096)) IN (0, 17);
-- param_1 = '1234567'

-- measured
SELECT "SIEBEL"."S_CASE"."PAR_ID" AS "PAR_ID", CAST(count(*) AS NUMBER(19)) AS row_count, CAST(coalesce(sum("SIEBEL"."S_CASE"."SEQ_NUM"), 0) AS NUMBER(19)) AS version_sum, max("SIEBEL"."S_CASE"."CREATED") AS "CREATED"
FROM "SIEBEL"."S_CASE" AS OF SCN CAST(:param_1 AS NUMERIC(38, 0))
WHERE "SIEBEL"."S_CASE"."PAR_ID" >= :param_2 AND "SIEBEL"."S_CASE"."PAR_ID" < :param_3 AND ("SIEBEL"."S_CASE"."PAR_ID" IN (:param_4) OR "SIEBEL"."S_CASE"."PAR_ID" IS NULL OR "SIEBEL"."S_CASE"."ROW_ID" IN (:param_5)) AND "SIEBEL"."S_CASE"."ROW_ID" IS NOT NULL GROUP BY "SIEBEL"."S_CASE"."PAR_ID";
-- param_1 = '1234567'
-- param_2 = '1-A'
-- param_3 = '1-B'
-- param_4 = "it's"
-- param_5 = '1-A'

-- measured in another column's order, without a version
SELECT "SIEBEL"."S_CASE"."PAR_ID" AS "PAR_ID", CAST(count(*) AS NUMBER(19)) AS row_count, CAST(0 AS NUMBER(19)) AS version_sum, max("SIEBEL"."S_CASE"."CREATED") AS "CREATED"
FROM "SIEBEL"."S_CASE" AS OF SCN CAST(:param_1 AS NUMERIC(38, 0))
WHERE ("SIEBEL"."S_CASE"."PAR_ID" COLLATE other) >= :param_2 GROUP BY "SIEBEL"."S_CASE"."PAR_ID";
-- param_1 = '1234567'
-- param_2 = '1-A'

-- without a pointer
SELECT "SIEBEL"."S_CASE"."ROW_ID" AS "ROW_ID"
FROM "SIEBEL"."S_CASE" AS OF SCN CAST(:param_1 AS NUMERIC(38, 0))
WHERE "SIEBEL"."S_CASE"."PAR_ID" IS NULL;
-- param_1 = '1234567'

-- without a pointer, bounded
SELECT "SIEBEL"."S_CASE"."ROW_ID" AS "ROW_ID"
FROM "SIEBEL"."S_CASE" AS OF SCN CAST(:param_1 AS NUMERIC(38, 0))
WHERE "SIEBEL"."S_CASE"."PAR_ID" IS NULL AND "SIEBEL"."S_CASE"."ROW_ID" >= :param_2 AND "SIEBEL"."S_CASE"."ROW_ID" < :param_3;
-- param_1 = '1234567'
-- param_2 = '1-A'
-- param_3 = '1-B'

-- end
ROLLBACK;
