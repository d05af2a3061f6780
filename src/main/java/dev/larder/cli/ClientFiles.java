package dev.larder.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/// The configuration files of the machine the command line runs on, or of one that lies below a
/// directory. A file is written in one step: whoever reads it sees the old or the new.
///
/// @param root `/`, or the root directory of another system
record ClientFiles(Path root) {
  private static final Set<PosixFilePermission> FOR_ALL =
      PosixFilePermissions.fromString("rw-r--r--");

  /// Where a file lies.
  ///
  /// @param file as it is called on that machine: `/etc/pacman.conf`
  Path at(String file) {
    return root.resolve(file.substring(1));
  }

  /// The bytes of a file as ISO 8859-1, so that any come through unharmed; empty if there is none.
  String read(String file) {
    try {
      return Files.readString(at(file), StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException e) {
      return "";
    } catch (IOException e) {
      throw failed("read", file, e);
    }
  }

  /// Writes a file, with the permissions and owner of the one that is there.
  ///
  /// @param text as [#read] gives it
  void write(String file, String text) {
    Path place = at(file);
    try {
      Files.createDirectories(place.resolveSibling(""));
      // What a link points at is meant, not the link.
      Path real = Files.exists(place) ? place.toRealPath() : place;
      String random = Long.toHexString(ThreadLocalRandom.current().nextLong());
      Path fresh = real.resolveSibling("." + real.getFileName() + "." + random);
      try {
        Files.write(fresh, text.getBytes(StandardCharsets.ISO_8859_1));
        like(real, fresh);
        Files.move(fresh, real, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(fresh);
      }
    } catch (IOException e) {
      throw failed("write", file, e);
    }
  }

  private static void like(Path before, Path fresh) throws IOException {
    PosixFileAttributeView view = Files.getFileAttributeView(fresh, PosixFileAttributeView.class);
    if (view == null) {
      return;
    }
    if (!Files.exists(before)) {
      view.setPermissions(FOR_ALL);
      return;
    }
    PosixFileAttributes were = Files.readAttributes(before, PosixFileAttributes.class);
    view.setPermissions(were.permissions());
    if (!view.readAttributes().owner().equals(were.owner())) {
      view.setOwner(were.owner());
    }
    if (!view.readAttributes().group().equals(were.group())) {
      view.setGroup(were.group());
    }
  }

  /// Removes a file, if there is one.
  void delete(String file) {
    try {
      Files.deleteIfExists(at(file));
    } catch (IOException e) {
      throw failed("remove", file, e);
    }
  }

  private static CommandFailed failed(String what, String file, IOException e) {
    return e instanceof AccessDeniedException
        ? new CommandFailed(
            ExitCode.FAILED,
            "cannot %s %s: it is not allowed".formatted(what, file),
            "run it as root",
            e)
        : new CommandFailed(
            ExitCode.FAILED, "cannot %s %s: %s".formatted(what, file, e.getMessage()), null, e);
  }
}
