package dev.larder.repo;

import dev.larder.store.RelPath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A generation of a repository that is held, with what it has. Its lists are read when they are
/// first needed; lists that follow one another share what is the same.
final class Held {
  private final Generation generation;
  private volatile @Nullable Packages packages;

  Held(Generation generation, @Nullable Packages packages) {
    this.generation = generation;
    this.packages = packages;
  }

  Generation generation() {
    return generation;
  }

  /// What it has.
  ///
  /// @throws UncheckedIOException if a list cannot be read
  Packages packages() {
    return packages(null);
  }

  /// The same; what `like` has too, usually nearly all, takes no further memory.
  Packages packages(@Nullable Packages like) {
    Packages known = packages;
    if (known == null) {
      known = read(like);
      packages = known;
    }
    return known;
  }

  private Packages read(@Nullable Packages like) {
    TreeMap<String, PackageList> lists = new TreeMap<>();
    for (Member member : generation.members()) {
      RelPath path = member.path();
      if (path.fileName().equals(PackageList.FILE)) {
        String directory = path.parent().value();
        PackageList similar = like == null ? PackageList.EMPTY : like.in(directory);
        try {
          lists.put(directory, PackageList.read(generation.file(member)).sharing(similar));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
    return new Packages(lists);
  }

  /// The indexes of `directory`, if it has some.
  @Nullable Path indexes(String directory) {
    Path place = generation.directory(new RelPath(directory));
    return Files.isDirectory(place) ? place : null;
  }
}
