package dev.larder.format.freebsd;

import dev.larder.format.InvalidIndex;
import dev.larder.format.InvalidPackage;
import dev.larder.format.MeasuredStream;
import dev.larder.format.PackageRecord;
import dev.larder.format.TarMembers;
import dev.larder.store.Checksum.Algorithm;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads a package in one pass: its manifests, which come first, the checksum of the whole file,
/// and all that is packed in it, to see that it is whole.
final class PackageReader {
  private static final String WHERE = "package";
  private static final String COMPACT = "+COMPACT_MANIFEST";
  private static final String FULL = "+MANIFEST";

  private static final int MAX_COMPACT = 4 << 20;
  private static final int MAX_BEFORE = 16;

  private @Nullable ManifestText compact;
  private @Nullable ManifestText full;

  private PackageReader() {}

  /// Reads `file` to its end.
  ///
  /// @throws InvalidPackage if it is no package, or none that may be hosted
  static PackageRecord read(Path file) throws IOException {
    PackageReader reader = new PackageReader();
    try (MeasuredStream bytes = new MeasuredStream(Files.newInputStream(file), Algorithm.SHA256)) {
      reader.readMembers(bytes, TarMembers.maxUnpacked(Files.size(file)));
      return reader.record(bytes.finish());
    } catch (InvalidIndex e) {
      throw new InvalidPackage(e.getMessage() + "", e);
    }
  }

  // pkg packs what its builder's file system says has holes as a sparse file.
  private void readMembers(InputStream bytes, long maxUnpacked) throws IOException {
    try (TarMembers members = TarMembers.open(WHERE, bytes, maxUnpacked).allowingHoles()) {
      boolean payload = false;
      for (int i = 0; members.next(); i++) {
        String name = members.name();
        payload |= !name.startsWith("+");
        if (payload) {
          continue; // pkg looks for manifests no further either
        }
        if (i >= MAX_BEFORE) {
          throw members.fault("is one member too many before the files");
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
    if (!members.isFile() || members.isSparse()) {
      throw members.fault("is not a file");
    }
    if (members.name().equals(COMPACT) && members.size() > MAX_COMPACT) {
      throw members.fault("is larger than " + MAX_COMPACT + " bytes");
    }
    return ManifestText.read(WHERE + ": " + members.name(), new Content(members), members.size());
  }

  private PackageRecord record(MeasuredStream.Measured file) throws InvalidPackage {
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
    manifest.checkSystem();
    List<String> files = full.files().sorted();
    HostedPackage hosted =
        new HostedPackage(
            full.hasScripts(),
            manifest.name(),
            manifest.version(),
            manifest.abi(),
            manifest.parts(),
            files);
    return new PackageRecord(
        manifest.info(hosted.hasScripts()),
        file.size(),
        file.checksum(Algorithm.SHA256),
        hosted.encode());
  }
}
