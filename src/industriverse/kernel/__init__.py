"""The few words that every room speaks: fields, signals, results, errors, ids, ports."""
