package dev.larder.sign;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bouncycastle.bcpg.ArmoredInputStream;
import org.bouncycastle.openpgp.PGPMarker;
import org.bouncycastle.openpgp.PGPPublicKeyRing;
import org.bouncycastle.openpgp.PGPSecretKeyRing;
import org.bouncycastle.openpgp.bc.BcPGPObjectFactory;
import org.jspecify.annotations.Nullable;

/// The files of a keyring: one file, or those in a directory that are named like public keys.
final class KeyFiles {
  private static final Set<String> SUFFIXES = Set.of("gpg", "asc", "key", "pub");
  // GnuPG's own files in a directory like /etc/pacman.d/gnupg.
  private static final Set<String> NOT_KEYS = Set.of("trustdb.gpg", "secring.gpg");
  private static final long MAX_SIZE = 64L << 20;

  private static final String BEGIN = "-----BEGIN PGP PUBLIC KEY BLOCK-----";
  private static final String END = "-----END PGP PUBLIC KEY BLOCK-----";
  private static final Pattern REVOKED =
      Pattern.compile("(?<fingerprint>[0-9A-Fa-f]{40}(?:[0-9A-Fa-f]{24})?)(?:[:\\s].*)?");

  private final Path path;

  KeyFiles(Path path) {
    this.path = path;
  }

  Path path() {
    return path;
  }

  /// What tells that a file changed.
  ///
  /// @param modified its time
  /// @param size its length in bytes
  /// @param identity its inode, where there are such
  record Stamp(FileTime modified, long size, @Nullable Object identity) {}

  /// The stamps of all files that are read, by their paths.
  ///
  /// @throws InvalidKeyring if there are none
  Map<Path, Stamp> stamps() throws InvalidKeyring {
    Map<Path, Stamp> stamps = new TreeMap<>();
    try {
      for (Path file : keyFiles()) {
        stamps.put(file, stamp(file));
        Path revoked = revokedBeside(file);
        if (Files.isRegularFile(revoked)) {
          stamps.put(revoked, stamp(revoked));
        }
      }
    } catch (InvalidKeyring e) {
      throw e;
    } catch (IOException e) {
      throw new InvalidKeyring("keyring " + path + ": cannot be read: " + e, e);
    }
    return stamps;
  }

  private static Stamp stamp(Path file) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
    return new Stamp(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
  }

  private List<Path> keyFiles() throws IOException {
    if (!Files.isDirectory(path)) {
      if (!Files.exists(path)) {
        throw new InvalidKeyring("keyring " + path + ": there is no such file or directory");
      }
      return List.of(path);
    }
    try (Stream<Path> entries = Files.list(path)) {
      List<Path> files = entries.filter(KeyFiles::isNamedLikeKeys).sorted().toList();
      if (files.isEmpty()) {
        throw new InvalidKeyring(
            "keyring " + path + ": the directory holds no *.gpg, *.asc, *.key or *.pub file");
      }
      return files;
    }
  }

  private static boolean isNamedLikeKeys(Path file) {
    String name = file.getFileName().toString();
    String suffix = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    return !name.startsWith(".")
        && name.contains(".")
        && SUFFIXES.contains(suffix)
        && !NOT_KEYS.contains(name)
        && Files.isRegularFile(file);
  }

  // pacman-key(8): NAME.gpg, NAME-trusted and NAME-revoked make one keyring.
  private static Path revokedBeside(Path file) {
    String name = file.getFileName().toString();
    int dot = name.lastIndexOf('.');
    return file.resolveSibling((dot <= 0 ? name : name.substring(0, dot)) + "-revoked");
  }

  /// Reads the upper-case fingerprints that are revoked although their keys are in the keyring.
  ///
  /// @throws InvalidKeyring if such a file holds anything but fingerprints and comments
  static List<String> readRevoked(Path file) throws InvalidKeyring {
    List<String> fingerprints = new ArrayList<>();
    int number = 0;
    for (String line : new String(bytes(file), StandardCharsets.UTF_8).lines().toList()) {
      number++;
      String text = line.strip();
      if (text.isEmpty() || text.startsWith("#")) {
        continue;
      }
      var matcher = REVOKED.matcher(text);
      if (!matcher.matches()) {
        throw new InvalidKeyring(
            "keyring " + file + ":" + number + ": not the fingerprint of a key");
      }
      fingerprints.add(matcher.group("fingerprint").toUpperCase(Locale.ROOT));
    }
    return fingerprints;
  }

  /// Reads the public keys in `file`, each with its subkeys.
  ///
  /// @throws InvalidKeyring if it holds anything else, or none
  static List<PGPPublicKeyRing> readKeys(Path file) throws InvalidKeyring {
    byte[] bytes = bytes(file);
    List<PGPPublicKeyRing> keys = new ArrayList<>();
    if (bytes.length > 0 && (bytes[0] & 0x80) != 0) {
      readPackets(file, new ByteArrayInputStream(bytes), keys);
    } else {
      refuseOtherKinds(file, bytes);
      String text = new String(bytes, StandardCharsets.ISO_8859_1);
      for (int start = text.indexOf(BEGIN); start >= 0; start = text.indexOf(BEGIN, start + 1)) {
        int end = text.indexOf(END, start);
        if (end < 0) {
          throw new InvalidKeyring("keyring " + file + ": its last key is cut short");
        }
        String block = text.substring(start, end + END.length()) + "\n";
        readPackets(file, unarmored(file, block), keys);
      }
    }
    if (keys.isEmpty()) {
      throw new InvalidKeyring("keyring " + file + ": holds no OpenPGP public key");
    }
    return keys;
  }

  private static void refuseOtherKinds(Path file, byte[] bytes) throws InvalidKeyring {
    String head = new String(bytes, 0, Math.min(bytes.length, 4096), StandardCharsets.ISO_8859_1);
    if (head.startsWith("KBXf", 8)) {
      throw new InvalidKeyring(
          "keyring " + file + ": is a GnuPG keybox; write its keys to a file with gpg --export");
    }
    if (head.contains("-----BEGIN PGP PRIVATE KEY BLOCK-----")) {
      throw secret(file);
    }
  }

  private static InvalidKeyring secret(Path file) {
    return new InvalidKeyring(
        "keyring " + file + ": holds a private key; put only the public one here (gpg --export)");
  }

  private static InputStream unarmored(Path file, String block) throws InvalidKeyring {
    try {
      return new ArmoredInputStream(
          new ByteArrayInputStream(block.getBytes(StandardCharsets.ISO_8859_1)));
    } catch (IOException | RuntimeException e) {
      throw damaged(file, e);
    }
  }

  private static void readPackets(Path file, InputStream packets, List<PGPPublicKeyRing> into)
      throws InvalidKeyring {
    BcPGPObjectFactory factory = new BcPGPObjectFactory(packets);
    while (true) {
      Object object;
      try {
        object = factory.nextObject();
      } catch (IOException | RuntimeException e) {
        // The library throws either about packets it cannot make sense of.
        throw damaged(file, e);
      }
      switch (object) {
        case null -> {
          return;
        }
        case PGPPublicKeyRing ring -> into.add(ring);
        case PGPMarker _ -> {}
        case PGPSecretKeyRing _ -> throw secret(file);
        default ->
            throw new InvalidKeyring(
                "keyring " + file + ": holds something other than public keys");
      }
    }
  }

  private static InvalidKeyring damaged(Path file, Exception e) {
    return new InvalidKeyring(
        "keyring " + file + ": is not made of OpenPGP public keys, or damaged: " + e.getMessage(),
        e);
  }

  private static byte[] bytes(Path file) throws InvalidKeyring {
    try {
      if (Files.size(file) > MAX_SIZE) {
        throw new InvalidKeyring("keyring " + file + ": is larger than " + MAX_SIZE + " bytes");
      }
      return Files.readAllBytes(file);
    } catch (InvalidKeyring e) {
      throw e;
    } catch (IOException e) {
      throw new InvalidKeyring("keyring " + file + ": cannot be read: " + e, e);
    }
  }
}
