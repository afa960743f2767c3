-- Questions to an archive of exports. The tables are below tables/; the variables say what is asked.

CREATE OR REPLACE VIEW objects AS FROM 'tables/objects/*.parquet';
CREATE OR REPLACE VIEW findings AS FROM 'tables/findings/*.parquet';
CREATE OR REPLACE VIEW secrets AS FROM 'tables/secrets/*.parquet';
SET VARIABLE year = 2024;
SET VARIABLE algorithm = 'Names';
SET TimeZone = 'UTC';

-- Which exports of a year hold an engine's global key in clear?
SELECT engine, exported_at, path, document
FROM secrets
WHERE kind = 'global-key' AND year(exported_at) = getvariable('year')
ORDER BY ALL;

-- When did an algorithm change, and on which engine? A new `revision_save` is a new state. An engine that received a state by a
-- sync has it later than the engine where it was saved. The first known state is no change, and references to the algorithm in
-- other exports are no states.
WITH states AS (
    SELECT engine, type, revision_save, min(modified) AS modified, min(exported_at) AS first_exported_at, count(*) AS exports
    FROM objects
    WHERE name = getvariable('algorithm') AND identifier LIKE '{"algorithmName":%' AND type <> 'ALGORITHM_REFERENCE'
    GROUP BY engine, type, revision_save
)
SELECT engine, type, modified, first_exported_at, exports,
    lag(modified) OVER (PARTITION BY engine, type ORDER BY modified, first_exported_at) AS state_before
FROM states
QUALIFY state_before IS NOT NULL
ORDER BY ALL;

-- Which documents have findings of level error? Those that couldn't be read have no engine.
SELECT engine, path, document, list(DISTINCT finding ORDER BY finding) AS errors
FROM findings
WHERE severity = 'error'
GROUP BY ALL
ORDER BY ALL;
