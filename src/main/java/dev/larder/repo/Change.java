package dev.larder.repo;

import dev.larder.repo.RepositorySettings.OnConflict;
import java.util.List;
import java.util.Set;

/// What somebody wants of a repository; happens whole or not at all.
sealed interface Change {
  /// Takes packages in.
  ///
  /// @param packages at least one
  /// @param downgrade whether an older version may take the place of a newer one
  /// @param onConflict what to do about the same version with other bytes
  record Add(List<Staged> packages, boolean downgrade, OnConflict onConflict) implements Change {
    public Add {
      packages = List.copyOf(packages);
    }
  }

  /// Takes packages out.
  ///
  /// @param names of packages; each must be there
  /// @param directories from which; all if empty
  record Remove(Set<String> names, Set<String> directories) implements Change {
    public Remove {
      names = Set.copyOf(names);
      directories = Set.copyOf(directories);
    }
  }

  /// Makes it what it was in a generation that is still held.
  record Restore(long generation) implements Change {}

  /// Writes all indexes anew, with the present keys and settings.
  ///
  /// @param sign which packages are to be signed, too
  record Rewrite(Sign sign) implements Change {}

  /// Packages to sign.
  enum Sign {
    /// None.
    NOTHING,
    /// Those that have none.
    UNSIGNED,
    /// Those beside which there is another signature than the one that was made, or none any more.
    BROKEN,
    /// All of them.
    ALL
  }
}
