/// The SQLite database: connection, migrations. Features own their tables.
@NullMarked
package dev.larder.database;

import org.jspecify.annotations.NullMarked;
