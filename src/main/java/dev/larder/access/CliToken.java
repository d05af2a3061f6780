package dev.larder.access;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.larder.store.Durable;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.security.MessageDigest;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The secret by which the command line on this machine proves that it may read the server's data
/// directory. Whoever can read the file may do everything the console can; nobody else can.
///
/// It has the form of every token. The file has mode 0600 from the moment it exists.
public final class CliToken {
  private static final Logger LOG = LoggerFactory.getLogger(CliToken.class);
  private static final int MAX_FILE_BYTES = 256;
  private static final Set<PosixFilePermission> OWNER_ONLY =
      EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

  private final Path file;
  private final byte[] value;

  private CliToken(Path file, String value) {
    this.file = file;
    this.value = value.getBytes(US_ASCII);
  }

  /// Takes the token in `file`, or writes a new one there: if there is none, if it is not a token,
  /// or if others than its owner may have read it.
  ///
  /// @throws IOException if the file or its directory cannot be read or written
  public static CliToken open(Path file) throws IOException {
    String kept = kept(file);
    if (kept != null) {
      return new CliToken(file, kept);
    }
    String fresh = TokenSecret.fresh();
    Durable.replacePrivate(file, (fresh + "\n").getBytes(US_ASCII));
    return new CliToken(file, fresh);
  }

  /// Where the token lies.
  public Path file() {
    return file;
  }

  /// Whether `presented` is the token. Takes the same time wherever the two differ.
  public boolean matches(String presented) {
    return MessageDigest.isEqual(value, presented.getBytes(US_ASCII));
  }

  private static @Nullable String kept(Path file) throws IOException {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
        || Files.size(file) > MAX_FILE_BYTES) {
      return null;
    }
    if (readableByOthers(file)) {
      LOG.warn(
          "others than its owner could read {}: the token in it is worth nothing from now on, and"
              + " there is a new one",
          file);
      return null;
    }
    try {
      String text = new String(Files.readAllBytes(file), US_ASCII).strip();
      return TokenSecret.FORM.matcher(text).matches() ? text : null;
    } catch (AccessDeniedException e) {
      throw new IOException(
          "cannot read %s: it belongs to another user; run larder serve as that user"
              .formatted(file),
          e);
    }
  }

  private static boolean readableByOthers(Path file) throws IOException {
    PosixFileAttributeView view =
        Files.getFileAttributeView(file, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    return view != null && !OWNER_ONLY.containsAll(view.readAttributes().permissions());
  }
}
