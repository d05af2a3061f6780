package dev.larder.doctor;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Looks at all files of a directory while a server uses it: what goes meanwhile is passed over.
/// Symbolic links are told as what they are and not followed.
final class DataFiles {
  private DataFiles() {}

  /// What is done with a file or a directory; what finds it gone may throw NoSuchFileException.
  interface Look {
    void at(Path file, BasicFileAttributes attributes) throws IOException;
  }

  /// Looks at `directory` and what is below it, if it is there.
  ///
  /// @param depth how many directories deep at most
  /// @throws IOException if one cannot be read
  static void below(Path directory, int depth, Look look) throws IOException {
    Files.walkFileTree(
        directory,
        Set.of(),
        depth,
        new SimpleFileVisitor<>() {
          private FileVisitResult look(Path file, BasicFileAttributes attributes)
              throws IOException {
            try {
              look.at(file, attributes);
            } catch (NoSuchFileException e) {
              // Gone since it was listed.
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult preVisitDirectory(Path file, BasicFileAttributes attributes)
              throws IOException {
            return look(file, attributes);
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            return look(file, attributes);
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            return passed(e);
          }

          @Override
          public FileVisitResult postVisitDirectory(Path file, @Nullable IOException e)
              throws IOException {
            return e == null ? FileVisitResult.CONTINUE : passed(e);
          }

          private static FileVisitResult passed(IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw e;
          }
        });
  }
}
