-- Lines as they were written, typed, each with the reason why it cannot be a transaction, where there is one.
-- The same contract as insiders/sources/quarantine.py.
SELECT
    *,
    CASE
        WHEN invoice IS NOT NULL AND product IS NOT NULL
            AND time >= CAST(DATE '1970-01-01' AS TIMESTAMP) AND time < CAST($end AS TIMESTAMP)
            AND pieces <> 0 AND abs(pieces) <= $most AND round(pieces) = pieces
            AND abs(unit_price) < 1e300
            THEN NULL
        ELSE concat_ws('; ',
            CASE WHEN invoice IS NULL THEN 'invoice is missing or cannot be read' END,
            CASE WHEN product IS NULL THEN 'product is missing or cannot be read' END,
            CASE
                WHEN time IS NULL THEN 'time is missing or cannot be read'
                WHEN time >= CAST($end AS TIMESTAMP) THEN 'time is later than today'
                WHEN time < CAST(DATE '1970-01-01' AS TIMESTAMP) THEN 'time is before 1970'
            END,
            CASE
                WHEN pieces IS NULL THEN 'quantity is missing or cannot be read'
                WHEN abs(pieces) > 1e300 THEN 'quantity is not finite'
                WHEN round(pieces) <> pieces AND abs(pieces) > $most
                    THEN 'quantity is no whole number; quantity is out of all bounds'
                WHEN round(pieces) <> pieces THEN 'quantity is no whole number'
                WHEN abs(pieces) > $most THEN 'quantity is out of all bounds'
                WHEN pieces = 0 THEN 'quantity is 0'
            END,
            CASE
                WHEN unit_price IS NULL THEN 'unit_price is missing or cannot be read'
                WHEN abs(unit_price) >= 1e300 THEN 'unit_price is not finite'
            END
        )
    END AS reason
FROM typed
