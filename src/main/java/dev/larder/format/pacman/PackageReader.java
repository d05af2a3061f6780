package dev.larder.format.pacman;

import dev.larder.format.Compression;
import dev.larder.format.InvalidIndex;
import dev.larder.format.InvalidPackage;
import dev.larder.format.MeasuredStream;
import dev.larder.format.PackageRecord;
import dev.larder.format.TarMembers;
import dev.larder.format.TarMembers.Kind;
import dev.larder.store.Checksum;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads a package (alpm-package(7)): a packed tar archive with `.BUILDINFO`, `.MTREE`, `.PKGINFO`
/// and possibly `.INSTALL` in front of what it installs. One pass, in which the file's checksums
/// are taken, too.
///
/// What an uploaded file can make us spend is bounded by its own size; [TarMembers] is the border.
final class PackageReader {
  private static final int MAX_BUILD_INFO = 4 << 20;
  private static final int MAX_INSTALL = 4 << 20;
  private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");

  private final TarMembers members;
  private final Payload payload = new Payload();
  private byte @Nullable [] pkgInfo;
  private byte @Nullable [] buildInfo;
  private byte @Nullable [] mtree;
  private byte @Nullable [] install;

  private PackageReader(TarMembers members) {
    this.members = members;
  }

  /// Reads `file` to its end.
  ///
  /// @throws InvalidPackage if it is not a package that a repository can hold
  /// @throws IOException if it cannot be read
  static PackageRecord read(Path file) throws IOException {
    try (MeasuredStream bytes =
        new MeasuredStream(Files.newInputStream(file), PackedFile.ALGORITHMS)) {
      try (TarMembers members =
          TarMembers.open("the package", bytes, TarMembers.maxUnpacked(Files.size(file)))) {
        PackageReader reader = new PackageReader(members);
        while (members.next()) {
          reader.member();
        }
        return reader.finish(members.compression(), bytes);
      }
    } catch (InvalidIndex e) {
      throw refusal(e);
    }
  }

  private static InvalidPackage refusal(InvalidIndex e) {
    return new InvalidPackage(String.valueOf(e.getMessage()), e);
  }

  private void member() throws IOException {
    String name = members.name();
    if (members.size() != 0 && members.kind() != Kind.FILE) {
      // Readers disagree on whether such bytes are there; what one skips another takes for members.
      throw members.fault("has content, which only files have");
    }
    switch (name) {
      case ".PKGINFO" -> pkgInfo = metadata(pkgInfo, PkgInfo.MAX_SIZE);
      case ".BUILDINFO" -> buildInfo = metadata(buildInfo, MAX_BUILD_INFO);
      case ".MTREE" -> mtree = metadata(mtree, Mtree.MAX_SIZE);
      case ".INSTALL" -> install = metadata(install, MAX_INSTALL);
      default -> {
        if (name.startsWith("./") || name.equals("..") || name.startsWith("../")) {
          throw members.fault(
              "has a name that begins with a dot, which pacman passes over; pack the package as"
                  + " makepkg does, from inside its root and without ./");
        }
        // libalpm passes over what else begins with a dot, .CHANGELOG among it.
        if (!name.startsWith(".")) {
          payload.add(members);
        }
      }
    }
  }

  private byte[] metadata(byte @Nullable [] before, int maxSize) throws IOException {
    if (before != null) {
      throw members.fault("is in the package twice");
    }
    if (members.kind() != Kind.FILE) {
      throw members.fault("is not a file");
    }
    if (!payload.isEmpty()) {
      throw members.fault("lies behind files to install; metadata comes first in a package");
    }
    if (members.size() > maxSize) {
      throw members.fault("is larger than " + maxSize + " bytes");
    }
    byte[] content = new byte[(int) members.size()];
    int length = 0;
    while (length < content.length) {
      int n = members.read(content, length, content.length - length);
      if (n < 0) {
        throw members.fault("ends before its length");
      }
      length += n;
    }
    return content;
  }

  private PackageRecord finish(Compression compression, MeasuredStream bytes) throws IOException {
    if (pkgInfo == null) {
      throw new InvalidPackage(
          "the package: has no .PKGINFO, so it is not one of pacman's; build it with makepkg");
    }
    PkgInfo info = PkgInfo.read(pkgInfo);
    payload.check();
    if (buildInfo != null) {
      checkBuildInfo(info, buildInfo);
    }
    if (mtree != null) {
      checkMtree(mtree);
    }
    PackedFile file = PackedFile.of(bytes.finish());
    PackedRecord packed =
        new PackedRecord(file, compression, install != null, info, payload.sorted());
    return new PackageRecord(
        info.describe(install != null), file.size(), file.sha256(), packed.bytes());
  }

  private static void checkBuildInfo(PkgInfo info, byte[] buildInfo) throws InvalidPackage {
    KeyValueLines.read(
        ".BUILDINFO",
        buildInfo,
        (key, value) -> {
          String expected =
              switch (key) {
                case "pkgname" -> info.name();
                case "pkgver" -> info.version();
                default -> value;
              };
          if (!value.equals(expected)) {
            throw new InvalidPackage(
                ".BUILDINFO: "
                    + key
                    + " is "
                    + TarMembers.shown(value)
                    + ", but .PKGINFO says "
                    + TarMembers.shown(expected)
                    + "; build the package again");
          }
        });
  }

  private void checkMtree(byte[] packed) throws InvalidPackage {
    Mtree.read(
        packed,
        (path, words) -> {
          String size = Objects.requireNonNullElse(words.get("size"), "");
          if (!size.isEmpty() && !LENGTH.matcher(size).matches()) {
            throw new InvalidPackage(".MTREE: size is not a number: " + TarMembers.shown(size));
          }
          if (path.equals(".PKGINFO")) {
            checkOwn(path, pkgInfo, words);
          } else if (path.equals(".BUILDINFO")) {
            checkOwn(path, buildInfo, words);
          } else if (path.equals(".INSTALL")) {
            checkOwn(path, install, words);
          } else if (!path.startsWith(".") && !path.isEmpty()) {
            payload.compare(path, size.isEmpty() ? -1 : Long.parseLong(size));
          }
        });
  }

  private static void checkOwn(String name, byte @Nullable [] content, Map<String, String> words)
      throws InvalidPackage {
    String stated = words.get("sha256digest");
    if (content == null || (stated != null && !Checksum.sha256(content).hex().equals(stated))) {
      throw new InvalidPackage(
          ".MTREE: was made for another " + name + " than the package has; build it again");
    }
  }

  /// The metadata of a package that was read before, for a copy with another version.
  ///
  /// @param pkgInfo the bytes of `.PKGINFO`
  /// @param buildInfo of `.BUILDINFO`, or null if it has none
  /// @param mtree of `.MTREE`, packed, or null if it has none
  /// @param compression how the file is packed
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Metadata(
      byte[] pkgInfo,
      byte @Nullable [] buildInfo,
      byte @Nullable [] mtree,
      Compression compression) {}

  /// Reads only what lies in front of what the package installs.
  ///
  /// @throws InvalidPackage if it is not a package
  /// @throws IOException if it cannot be read
  static Metadata metadata(Path file) throws IOException {
    try (var bytes = Files.newInputStream(file);
        TarMembers members =
            TarMembers.open("the package", bytes, TarMembers.maxUnpacked(Files.size(file)))) {
      PackageReader reader = new PackageReader(members);
      while (reader.payload.isEmpty() && members.next()) {
        reader.member();
      }
      if (reader.pkgInfo == null) {
        throw new InvalidPackage("the package: has no .PKGINFO in front of its files");
      }
      return new Metadata(reader.pkgInfo, reader.buildInfo, reader.mtree, members.compression());
    } catch (InvalidIndex e) {
      throw refusal(e);
    }
  }
}
