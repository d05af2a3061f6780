package dev.larder.format.freebsd;

import dev.larder.format.InvalidIndex;
import dev.larder.format.InvalidPackage;
import dev.larder.format.PackageRecord;
import dev.larder.format.TarMembers;
import dev.larder.store.Checksum;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads a package: its manifests, which come first, and the checksum of the whole file, in one
/// pass. What is behind the manifests is not unpacked.
final class PackageReader {
  private static final String WHERE = "package";
  private static final String COMPACT = "+COMPACT_MANIFEST";
  private static final String FULL = "+MANIFEST";

  private static final int MAX_COMPACT = 4 << 20;
  private static final int MAX_BEFORE = 16;
  private static final long MAX_UNPACKED = MAX_COMPACT + ManifestText.MAX_SIZE + (8L << 20);

  private @Nullable ManifestText compact;
  private @Nullable ManifestText full;

  private PackageReader() {}

  /// Reads `file`.
  ///
  /// @throws InvalidPackage if it is no package, or none that may be hosted
  static PackageRecord read(Path file) throws IOException {
    PackageReader reader = new PackageReader();
    try (Hashed bytes = new Hashed(Files.newInputStream(file))) {
      reader.readManifests(bytes);
      bytes.transferTo(OutputStream.nullOutputStream());
      return reader.record(bytes.size, Checksum.of(Checksum.Algorithm.SHA256, bytes.digest));
    } catch (InvalidIndex e) {
      throw new InvalidPackage(e.getMessage() + "", e);
    }
  }

  private void readManifests(InputStream bytes) throws IOException {
    try (TarMembers members = TarMembers.open(WHERE, bytes, MAX_UNPACKED)) {
      for (int i = 0; (compact == null || full == null) && members.next(); i++) {
        String name = members.name();
        if (!name.startsWith("+")) {
          return; // pkg looks no further either
        }
        if (i >= MAX_BEFORE) {
          throw members.fault("is one member too many before the manifests");
        }
        switch (name) {
          case COMPACT -> compact = manifest(members, compact);
          case FULL -> full = manifest(members, full);
          default -> {}
        }
      }
    }
  }

  private static ManifestText manifest(TarMembers members, @Nullable ManifestText before)
      throws IOException {
    if (before != null) {
      throw members.fault("is there twice");
    }
    if (!members.isFile()) {
      throw members.fault("is not a file");
    }
    if (members.name().equals(COMPACT) && members.size() > MAX_COMPACT) {
      throw members.fault("is larger than " + MAX_COMPACT + " bytes");
    }
    return ManifestText.read(WHERE + ": " + members.name(), new Content(members), members.size());
  }

  private PackageRecord record(long size, Checksum sha256) throws InvalidPackage {
    if (full == null) {
      throw new InvalidPackage(
          compact == null
              ? WHERE + ": is not a package of FreeBSD: it does not begin with a manifest"
              : WHERE
                  + ": has no "
                  + FULL
                  + " at its beginning, without which pkg installs nothing");
    }
    Manifest installed = Manifest.of(WHERE + ": " + FULL, full.entries());
    Manifest manifest = installed;
    if (compact != null) {
      manifest = Manifest.of(WHERE + ": " + COMPACT, compact.entries());
      if (!manifest.isOfSamePackage(installed)) {
        throw new InvalidPackage(
            WHERE + ": its two manifests are those of different packages: build it again");
      }
    }
    List<String> files = full.files().sorted();
    HostedPackage hosted =
        new HostedPackage(
            full.hasScripts(),
            manifest.name(),
            manifest.version(),
            manifest.abi(),
            manifest.parts(),
            files);
    return new PackageRecord(manifest.info(hosted.hasScripts()), size, sha256, hosted.encode());
  }

  /// A file's bytes, counted and hashed as they are read.
  private static final class Hashed extends FilterInputStream {
    private final MessageDigest digest = Checksum.Algorithm.SHA256.digest();
    private long size;

    Hashed(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int n = in.read(into, offset, length);
      if (n > 0) {
        digest.update(into, offset, n);
        size += n;
      }
      return n;
    }

    // Nothing may go by unseen.
    @Override
    public long skip(long count) throws IOException {
      return Math.max(0, read(new byte[(int) Math.min(count, 1 << 16)]));
    }
  }
}
