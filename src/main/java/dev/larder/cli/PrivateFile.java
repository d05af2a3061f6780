package dev.larder.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/// A file that only its owner may read, in a directory that only its owner may enter.
final class PrivateFile {
  private static final Set<PosixFilePermission> OWNER_FILE =
      EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
  private static final Set<PosixFilePermission> OWNER_DIRECTORY =
      EnumSet.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_EXECUTE);

  private PrivateFile() {}

  /// Replaces the file as a whole: whoever reads it, also after a power cut, finds the old content
  /// or the new. It has its mode from the moment it exists.
  ///
  /// @throws IOException if it cannot be written, or is a symbolic link: then it would be for
  ///   somebody else to say who reads what is written, and what directory is closed to others
  static void write(Path file, byte[] content) throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    if (directory == null) {
      throw new IOException("it is not a file");
    }
    if (Files.isSymbolicLink(file)) {
      throw new IOException("it is a symbolic link; make its directory one instead");
    }
    makeDirectory(directory);
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    Set<OpenOption> options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try (FileChannel channel = FileChannel.open(fresh, options, attribute(directory, OWNER_FILE))) {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    flush(directory);
  }

  /// Whether others than the owner may read it.
  static boolean isReadableByOthers(Path file) throws IOException {
    return isPosix(file) && !OWNER_FILE.containsAll(Files.getPosixFilePermissions(file));
  }

  private static void makeDirectory(Path directory) throws IOException {
    Path existing = directory;
    while (existing.getParent() != null && Files.notExists(existing)) {
      existing = existing.getParent();
    }
    try {
      Files.createDirectories(directory, attribute(existing, OWNER_DIRECTORY));
    } catch (FileAlreadyExistsException e) {
      throw new IOException(e.getFile() + " is not a directory", e);
    }
    if (isPosix(directory)
        && !OWNER_DIRECTORY.containsAll(Files.getPosixFilePermissions(directory))) {
      Files.setPosixFilePermissions(directory, OWNER_DIRECTORY);
    }
  }

  /// A rename is durable once its directory is.
  private static void flush(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static FileAttribute<?>[] attribute(Path existing, Set<PosixFilePermission> mode)
      throws IOException {
    return isPosix(existing)
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(mode)}
        : new FileAttribute<?>[0];
  }

  private static boolean isPosix(Path existing) throws IOException {
    return Files.getFileAttributeView(existing, PosixFileAttributeView.class, new LinkOption[0])
            != null
        && Files.getFileStore(existing).supportsFileAttributeView(PosixFileAttributeView.class);
  }
}
