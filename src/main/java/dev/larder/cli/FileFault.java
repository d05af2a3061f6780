package dev.larder.cli;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// What keeps us from a file, in words: the message of Java's exceptions is often the file's name
/// and nothing else.
final class FileFault {
  private FileFault() {}

  /// Why, in a few words.
  static String reason(IOException e) {
    return switch (e) {
      case NoSuchFileException _, FileNotFoundException _ -> "there is no such file";
      case AccessDeniedException _ -> "permission denied";
      case NotDirectoryException _ -> "not a directory";
      case FileAlreadyExistsException _ -> "a file of that name is in the way";
      case FileSystemException f when f.getReason() != null -> f.getReason();
      case FileSystemException f -> f.getClass().getSimpleName();
      default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    };
  }

  /// A file that could not be read.
  ///
  /// @param advice what to do about it, or null
  static CommandFailed unread(Path file, @Nullable String advice, IOException e) {
    return e instanceof NoSuchFileException || e instanceof FileNotFoundException
        ? new CommandFailed(ExitCode.NOT_FOUND, "there is no file " + file, advice, e)
        : new CommandFailed(
            ExitCode.FAILED, "cannot read %s: %s".formatted(file, reason(e)), advice, e);
  }

  /// A file that could not be written.
  ///
  /// @param advice what to do about it, or null
  static CommandFailed unwritten(Path file, @Nullable String advice, IOException e) {
    return new CommandFailed(
        ExitCode.FAILED, "cannot write %s: %s".formatted(file, reason(e)), advice, e);
  }
}
