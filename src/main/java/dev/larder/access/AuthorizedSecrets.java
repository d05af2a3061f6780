package dev.larder.access;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A file of secrets in the form that the AUR build server serene uses, so that who moves here
/// keeps it: on each line the SHA-256 of a secret in base64, a blank, and a label. Empty lines and
/// those that begin with `#` are passed over.
///
/// It is read again when it has changed. While it cannot be read it lets nobody in, and is tried
/// again each time somebody asks: permissions that are mended do not show in its times.
final class AuthorizedSecrets {
  private static final Logger LOG = LoggerFactory.getLogger(AuthorizedSecrets.class);
  private static final int HASH_BYTES = 32;
  private static final long MAX_BYTES = 1 << 20;
  private static final int LONGEST_LABEL = 64;

  /// What a file's labels may do.
  static final Grant GRANT = new Grant(Scope.parse(List.of("read:*", "upload:*", "remove:*")));

  private final Path path;
  private Version version = Version.NONE;
  private List<Line> lines = List.of();
  private boolean unread;

  AuthorizedSecrets(Path path) {
    this.path = path;
    refresh();
  }

  /// @param hash as [TokenSecret#hashText] writes it
  private record Line(String hash, String label) {}

  /// What tells one state of the file from another.
  private record Version(@Nullable FileTime modified, long size, @Nullable Object key) {
    static final Version NONE = new Version(null, -2, null);
    static final Version UNREADABLE = new Version(null, -1, null);
  }

  /// The label of the secret with that hash, or null. Every line is compared.
  synchronized @Nullable String label(byte[] hash) {
    refresh();
    String found = null;
    for (Line line : lines) {
      if (MessageDigest.isEqual(TokenSecret.hashOf(line.hash()), hash)) {
        found = line.label();
      }
    }
    return found;
  }

  private void refresh() {
    Version now = version();
    boolean changed = !now.equals(version);
    if (!changed && !unread) {
      return;
    }
    version = now;
    try {
      lines = now.size() < 0 ? List.of() : read();
      warnOfReaders();
      unread = false;
    } catch (IOException e) {
      lines = List.of();
      unread = true;
      if (changed) {
        LOG.warn("{} cannot be read, so its secrets let nobody in: {}", path, e.toString());
      }
    }
  }

  /// Hashes of what people chose can be guessed at leisure by whoever has them.
  private void warnOfReaders() throws IOException {
    PosixFileAttributeView view =
        Files.exists(path) ? Files.getFileAttributeView(path, PosixFileAttributeView.class) : null;
    if (view != null
        && view.readAttributes().permissions().contains(PosixFilePermission.OTHERS_READ)) {
      LOG.warn(
          "every user of this machine can read {} and guess at its secrets; take that back with:"
              + " chmod o-r {}",
          path,
          path);
    }
  }

  private Version version() {
    try {
      BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
      return new Version(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
    } catch (IOException e) {
      if (!version.equals(Version.UNREADABLE)) {
        LOG.warn("{} cannot be read, so its secrets let nobody in: {}", path, e.toString());
      }
      return Version.UNREADABLE;
    }
  }

  private List<Line> read() throws IOException {
    if (Files.size(path) > MAX_BYTES) {
      throw new IOException("it is larger than 1 MiB");
    }
    List<Line> read = new ArrayList<>();
    int number = 0;
    try {
      for (String text : Files.readAllLines(path)) {
        number++;
        if (!text.isBlank() && !text.startsWith("#")) {
          Line line = line(text.strip());
          if (line == null) {
            LOG.warn(
                "{}:{} is passed over: it is no base64 of a SHA-256 and a label", path, number);
          } else {
            read.add(line);
          }
        }
      }
    } catch (MalformedInputException e) {
      throw new IOException("it is not UTF-8 text", e);
    }
    return List.copyOf(read);
  }

  private static @Nullable Line line(String text) {
    String[] parts = text.split("\\s+", 2);
    String label = parts.length < 2 ? "" : parts[1].replaceAll("\\p{Cntrl}", " ").strip();
    if (label.isEmpty()) {
      return null;
    }
    try {
      byte[] hash = Base64.getDecoder().decode(parts[0]);
      return hash.length == HASH_BYTES
          ? new Line(
              TokenSecret.hashText(hash),
              label.substring(0, Math.min(LONGEST_LABEL, label.length())))
          : null;
    } catch (IllegalArgumentException _) {
      return null;
    }
  }
}
