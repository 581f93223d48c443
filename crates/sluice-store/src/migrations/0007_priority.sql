ALTER TABLE deployment ADD COLUMN priority TEXT NOT NULL DEFAULT 'normal';
