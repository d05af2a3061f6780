package dev.larder.sign;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;

/// Why a key, or a version of one, that is there cannot be used.
///
/// @param why the end of a sentence that begins with whose fault it is
/// @param advice what to do
record KeyTrouble(String why, String advice) {
  /// What an attempt to read it came to.
  ///
  /// @param directory of the key
  static KeyTrouble of(Path directory, Exception e) {
    String restore = "restore %s from a copy and start again".formatted(directory);
    return switch (e) {
      case KeyRefused refused -> new KeyTrouble(refused.sentence(), restore);
      case NoSuchFileException missing ->
          new KeyTrouble("its file %s is missing".formatted(name(missing)), restore);
      case AccessDeniedException denied -> inaccessible(directory, name(denied));
      case FileSystemException refused when "Operation not permitted".equals(refused.getReason()) ->
          inaccessible(directory, name(refused));
      default ->
          new KeyTrouble(
              Objects.requireNonNullElse(e.getMessage(), e.getClass().getSimpleName()), restore);
    };
  }

  private static KeyTrouble inaccessible(Path directory, String file) {
    return new KeyTrouble(
        "its file %s cannot be read and written by this user".formatted(file),
        "give %s to the user Larder runs as, with chown -R, and start again".formatted(directory));
  }

  private static String name(FileSystemException e) {
    String file = e.getFile();
    return file == null ? "?" : Path.of(file).getFileName() + "";
  }

  /// `key ports is damaged: why`.
  String about(String name) {
    return "key %s is damaged: %s".formatted(name, why);
  }
}
