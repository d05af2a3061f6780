package dev.larder.format.pacman;

import dev.larder.format.Compression;
import dev.larder.sign.Armor;
import dev.larder.store.Checksum;
import dev.larder.store.Checksum.Algorithm;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;

/// The package that brings a repository's keys to its clients, as `archlinux-keyring` brings those
/// of Arch: `usr/share/pacman/keyrings/NAME.gpg` with the keys, `NAME-trusted` and `NAME-revoked`
/// with their fingerprints (pacman-key(8), --populate), and a script that has pacman-key take them.
/// The same arguments make the same bytes.
public final class KeyringPackage {
  private static final Pattern KEYRING = Pattern.compile("[a-z0-9@_+][a-z0-9@._+-]{0,63}");
  private static final Pattern FINGERPRINT = Pattern.compile("[0-9A-F]{40}|[0-9A-F]{64}");
  private static final String DIRECTORY = "usr/share/pacman/keyrings/";

  private final String keyring;
  private final String version;
  private final long builtAt;
  private final List<Key> keys;
  private final List<String> revoked;

  /// A public key.
  ///
  /// @param fingerprint of the primary key in hexadecimal
  /// @param publicKey with user IDs and self-signatures, binary or armored
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  public record Key(String fingerprint, byte[] publicKey) {}

  private KeyringPackage(
      String keyring, String version, long builtAt, List<Key> keys, List<String> revoked) {
    this.keyring = keyring;
    this.version = version;
    this.builtAt = builtAt;
    this.keys = keys;
    this.revoked = revoked;
  }

  /// A package to be written.
  ///
  /// @param keyring what clients call it: the repository's name in lower case
  /// @param version whole: `20261126-1`
  /// @param builtAt the time of all its files
  /// @param keys those that clients are to trust, and those they must not any more
  /// @param revoked fingerprints of the latter
  /// @throws IllegalArgumentException if one of them is not as it must be; the message says which
  public static KeyringPackage of(
      String keyring, String version, Instant builtAt, List<Key> keys, List<String> revoked) {
    if (!KEYRING.matcher(keyring).matches()) {
      throw new IllegalArgumentException(
          "a keyring cannot be called " + keyring + "; use lower-case letters, digits and @._+-");
    }
    if (!PkgInfo.isVersion(version)) {
      throw new IllegalArgumentException("not a version such as 20261126-1: " + version);
    }
    Map<String, Key> checked = new TreeMap<>();
    for (Key key : keys) {
      String fingerprint = fingerprint(key.fingerprint());
      checked.put(fingerprint, new Key(fingerprint, Armor.removed(key.publicKey())));
    }
    return new KeyringPackage(
        keyring,
        version,
        builtAt.getEpochSecond(),
        List.copyOf(checked.values()),
        revoked.stream().map(KeyringPackage::fingerprint).sorted().distinct().toList());
  }

  private static String fingerprint(String text) {
    String fingerprint = text.replace(" ", "").toUpperCase(Locale.ROOT);
    if (!FINGERPRINT.matcher(fingerprint).matches()) {
      throw new IllegalArgumentException("not the fingerprint of a key: " + text);
    }
    return fingerprint;
  }

  /// The name of the package: `lab-keyring`.
  public String name() {
    return nameOf(keyring);
  }

  /// The name of the package with a keyring.
  static String nameOf(String keyring) {
    return keyring + "-keyring";
  }

  /// The name of its file: `lab-keyring-20261126-1-any.pkg.tar.zst`.
  public String fileName() {
    return name() + "-" + version + "-any.pkg.tar" + Compression.ZSTD.suffix();
  }

  /// Writes the package.
  ///
  /// @param file is created, or replaced
  /// @throws IOException if it cannot be written, or this platform lacks zstd
  public void write(Path file) throws IOException {
    Map<String, byte[]> payload = payload();
    Map<String, byte[]> members = new LinkedHashMap<>();
    members.put(".BUILDINFO", text(buildInfo()));
    members.put(".PKGINFO", text(pkgInfo(payload)));
    members.put(".INSTALL", text(install()));
    Map<String, byte[]> described = new LinkedHashMap<>(members);
    described.putAll(payload);
    members.put(".MTREE", mtree(described));
    members.putAll(payload);
    TarHeader tar = new TarHeader(builtAt);
    try (OutputStream out =
        Compression.ZSTD.pack(new BufferedOutputStream(Files.newOutputStream(file), 1 << 16))) {
      for (Map.Entry<String, byte[]> member : members.entrySet()) {
        if (member.getKey().endsWith("/")) {
          tar.directory(out, member.getKey());
        } else {
          tar.file(out, member.getKey(), member.getValue());
        }
      }
      out.write(new byte[2 * TarHeader.BLOCK]);
    }
  }

  // Sorted, directories first, as makepkg has them.
  private Map<String, byte[]> payload() {
    ByteArrayOutputStream binary = new ByteArrayOutputStream();
    List<String> trusted = new ArrayList<>();
    for (Key key : keys) {
      binary.writeBytes(key.publicKey());
      if (!revoked.contains(key.fingerprint())) {
        trusted.add(key.fingerprint() + ":4:");
      }
    }
    Map<String, byte[]> payload = new LinkedHashMap<>();
    for (int slash = DIRECTORY.indexOf('/'); slash > 0; slash = DIRECTORY.indexOf('/', slash + 1)) {
      payload.put(DIRECTORY.substring(0, slash + 1), new byte[0]);
    }
    payload.put(DIRECTORY + keyring + "-revoked", text(lines(revoked)));
    payload.put(DIRECTORY + keyring + "-trusted", text(lines(trusted)));
    payload.put(DIRECTORY + keyring + ".gpg", binary.toByteArray());
    return payload;
  }

  private static String lines(List<String> lines) {
    return lines.isEmpty() ? "" : String.join("\n", lines) + "\n";
  }

  private String pkgInfo(Map<String, byte[]> payload) {
    long size = payload.values().stream().mapToLong(content -> content.length).sum();
    return lines(
        List.of(
            "# Written by Larder",
            "pkgname = " + name(),
            "pkgbase = " + name(),
            "xdata = pkgtype=pkg",
            "pkgver = " + version,
            "pkgdesc = Keys that the packages of " + keyring + " are signed with",
            "builddate = " + builtAt,
            "packager = Larder",
            "size = " + size,
            "arch = any"));
  }

  private String buildInfo() {
    return lines(
        List.of(
            "format = 2",
            "pkgname = " + name(),
            "pkgbase = " + name(),
            "pkgver = " + version,
            "pkgarch = any",
            "pkgbuild_sha256sum = " + Checksum.sha256(new byte[0]).hex(),
            "packager = Larder",
            "builddate = " + builtAt,
            "builddir = /",
            "startdir = /",
            "buildtool = larder",
            "buildtoolver = 1"));
  }

  // Where pacman-key --init was not run yet, it is to be run first, and takes this keyring then.
  private String install() {
    return lines(
        List.of(
            "post_install() {",
            "  if [ -x usr/bin/pacman-key ] && usr/bin/pacman-key --list-keys >/dev/null 2>&1; then",
            "    usr/bin/pacman-key --populate " + keyring,
            "  fi",
            "}",
            "",
            "post_upgrade() {",
            "  post_install",
            "}"));
  }

  private byte[] mtree(Map<String, byte[]> members) throws IOException {
    StringBuilder lines = new StringBuilder("#mtree\n/set type=file uid=0 gid=0 mode=644\n");
    members.forEach((name, content) -> {
      boolean directory = name.endsWith("/");
      lines.append("./").append(directory ? name.substring(0, name.length() - 1) : name);
      lines.append(" time=").append(builtAt).append(".0 ");
      lines.append(directory ? "mode=755 type=dir" : "size=" + content.length + sums(content));
      lines.append('\n');
    });
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(text(lines.toString()));
    }
    return packed.toByteArray();
  }

  // pacman 6.0 takes a file without an MD5 for an altered one.
  private static String sums(byte[] content) {
    MessageDigest md5 = Algorithm.MD5.digest();
    md5.update(content);
    return " md5digest="
        + Checksum.of(Algorithm.MD5, md5).hex()
        + " sha256digest="
        + Checksum.sha256(content).hex();
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
