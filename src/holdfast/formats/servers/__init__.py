"""Floor 2: turns (image, argv, env) into `server` facts, one file per product."""
