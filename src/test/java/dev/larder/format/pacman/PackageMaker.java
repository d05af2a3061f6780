package dev.larder.format.pacman;

import dev.larder.format.Compression;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarConstants;

/// Makes package files, right and wrong ones, member by member.
final class PackageMaker {
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Member(TarArchiveEntry entry, byte[] content) {}

  private final List<Member> members = new ArrayList<>();

  /// One without members.
  static PackageMaker empty() {
    return new PackageMaker();
  }

  /// One with nothing but a `.PKGINFO` of these lines behind name, version and architecture.
  static PackageMaker of(String name, String version, String... lines) {
    return forMachine("any", name, version, lines);
  }

  /// The same for an architecture.
  static PackageMaker forMachine(String arch, String name, String version, String... lines) {
    StringBuilder info = new StringBuilder();
    info.append("pkgname = ").append(name).append("\npkgver = ").append(version);
    info.append("\narch = ").append(arch).append('\n');
    for (String line : lines) {
      info.append(line).append('\n');
    }
    return empty().file(".PKGINFO", info.toString());
  }

  PackageMaker file(String name, String content) {
    return file(name, content.getBytes(StandardCharsets.UTF_8));
  }

  PackageMaker file(String name, byte[] content) {
    TarArchiveEntry entry = new TarArchiveEntry(name, true);
    entry.setSize(content.length);
    members.add(new Member(entry, content));
    return this;
  }

  PackageMaker directory(String name) {
    return member(name + "/", TarConstants.LF_DIR, "");
  }

  PackageMaker symbolicLink(String name, String target) {
    return member(name, TarConstants.LF_SYMLINK, target);
  }

  PackageMaker hardLink(String name, String target) {
    return member(name, TarConstants.LF_LINK, target);
  }

  PackageMaker member(String name, byte type, String link) {
    TarArchiveEntry entry = new TarArchiveEntry(name, type, true);
    entry.setLinkName(link);
    members.add(new Member(entry, new byte[0]));
    return this;
  }

  byte[] tar() throws IOException {
    Archive archive = new Archive();
    for (Member member : members) {
      archive.add(member.entry(), member.content());
    }
    return archive.plain();
  }

  byte[] bytes() throws IOException {
    return Archive.pack(Compression.ZSTD, tar());
  }

  Path write(Path file) throws IOException {
    return Files.write(file, bytes());
  }

  static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(packed)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return packed.toByteArray();
  }

  static byte[] gunzip(byte[] packed) throws IOException {
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(packed))) {
      return in.readAllBytes();
    }
  }
}
