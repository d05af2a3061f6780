/// Backups: the file they are, writing one, reading one, and putting a data directory together from
/// it. Knows nothing of what is worth keeping: that is said by those whose files they are.
@NullMarked
package dev.larder.backup;

import org.jspecify.annotations.NullMarked;
