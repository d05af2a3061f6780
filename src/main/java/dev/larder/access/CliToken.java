package dev.larder.access;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
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
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The secret by which the command line on this machine proves that it may read the server's data
/// directory. Whoever can read the file may do everything the console can; nobody else can.
///
/// 256 random bits in hexadecimal behind `larder_`, so that scanners for leaked secrets can
/// recognise it. The file has mode 0600 from the moment it exists.
public final class CliToken {
  private static final String PREFIX = "larder_";
  private static final int RANDOM_BYTES = 32;
  private static final Pattern FORM =
      Pattern.compile(PREFIX + "[0-9a-f]{" + 2 * RANDOM_BYTES + "}");
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
    byte[] random = new byte[RANDOM_BYTES];
    new SecureRandom().nextBytes(random);
    String fresh = PREFIX + HexFormat.of().formatHex(random);
    write(file, fresh);
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
        || Files.size(file) > MAX_FILE_BYTES
        || readableByOthers(file)) {
      return null;
    }
    try {
      String text = new String(Files.readAllBytes(file), US_ASCII).strip();
      return FORM.matcher(text).matches() ? text : null;
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

  private static void write(Path file, String token) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    Set<OpenOption> options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try (FileChannel channel = FileChannel.open(fresh, options, attributes(file))) {
      ByteBuffer bytes = ByteBuffer.wrap((token + "\n").getBytes(US_ASCII));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static FileAttribute<?>[] attributes(Path file) throws IOException {
    boolean posix =
        Files.getFileStore(file.toAbsolutePath().getParent())
            .supportsFileAttributeView(PosixFileAttributeView.class);
    return posix
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)}
        : new FileAttribute<?>[0];
  }
}
