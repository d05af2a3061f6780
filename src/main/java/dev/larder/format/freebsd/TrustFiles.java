package dev.larder.format.freebsd;

import dev.larder.format.InvalidIndex;
import dev.larder.format.TarMembers;
import dev.larder.sign.InvalidKeyring;
import dev.larder.sign.RsaKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The files in which an operator says whom to trust, in the two forms pkg.conf(5) has for clients.
sealed interface TrustFiles {
  /// What tells that a file changed.
  ///
  /// @param identity its inode, where there are such
  record Stamp(FileTime modified, long size, @Nullable Object identity) {}

  /// The stamps of all files that are read, by their paths.
  ///
  /// @throws InvalidKeyring if they cannot be had
  Map<Path, Stamp> stamps() throws InvalidKeyring;

  /// Reads them.
  ///
  /// @throws InvalidKeyring if one cannot be used, or there are none
  PkgKeys read() throws InvalidKeyring;

  /// `fingerprints`: a directory with files in `trusted` and perhaps in `revoked`, each of which
  /// says `function: "sha256"` and `fingerprint: "..."`.
  record Directory(Path path) implements TrustFiles {
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    @Override
    public Map<Path, Stamp> stamps() throws InvalidKeyring {
      Map<Path, Stamp> stamps = new TreeMap<>();
      for (String name : List.of("trusted", "revoked")) {
        for (Path file : filesIn(path.resolve(name))) {
          stamps.put(file, stampOf(file));
        }
      }
      return stamps;
    }

    @Override
    public PkgKeys read() throws InvalidKeyring {
      Set<String> trusted = fingerprints("trusted");
      if (trusted.isEmpty()) {
        throw new InvalidKeyring(
            "fingerprints "
                + path
                + ": there is no file in its directory trusted; copy FreeBSD's from"
                + " /usr/share/keys/pkg, or write the SHA-256 of your repository's public key into"
                + " one");
      }
      return new PkgKeys.Fingerprints(trusted, fingerprints("revoked"));
    }

    private Set<String> fingerprints(String name) throws InvalidKeyring {
      Set<String> fingerprints = new HashSet<>();
      for (Path file : filesIn(path.resolve(name))) {
        fingerprints.add(fingerprint(file));
      }
      return Set.copyOf(fingerprints);
    }

    // What pkg passes over in silence is an error here: a fingerprint somebody meant to revoke, or
    // to trust, would do neither.
    private static String fingerprint(Path file) throws InvalidKeyring {
      Map<String, Ucl> entries;
      try {
        entries = UclReader.read("fingerprint " + file, bytes(file)).entries();
      } catch (InvalidIndex e) {
        throw new InvalidKeyring(TarMembers.shown(String.valueOf(e.getMessage())), e);
      }
      if (!(entries.get("function") instanceof Ucl.Text(String function))
          || !function.toLowerCase(Locale.ROOT).equals("sha256")
          || !(entries.get("fingerprint") instanceof Ucl.Text(String value))
          || !SHA256.matcher(value.toLowerCase(Locale.ROOT)).matches()) {
        throw new InvalidKeyring(
            "fingerprint "
                + file
                + ": must say function: \"sha256\" and fingerprint: \"<64 hexadecimal digits>\"");
      }
      return value.toLowerCase(Locale.ROOT);
    }

    private static List<Path> filesIn(Path directory) throws InvalidKeyring {
      try (Stream<Path> entries = Files.list(directory)) {
        return entries
            .filter(file -> !file.getFileName().toString().startsWith("."))
            .filter(Files::isRegularFile)
            .sorted()
            .toList();
      } catch (NoSuchFileException e) {
        return List.of();
      } catch (IOException e) {
        throw new InvalidKeyring("fingerprints " + directory + ": cannot be read: " + e, e);
      }
    }
  }

  /// `pubkey`: the public key itself, in PEM.
  record Pem(Path path) implements TrustFiles {
    @Override
    public Map<Path, Stamp> stamps() throws InvalidKeyring {
      return Map.of(path, stampOf(path));
    }

    @Override
    public PkgKeys read() throws InvalidKeyring {
      byte[] pem = bytes(path);
      RsaKey key = RsaKey.orNull(pem);
      if (key == null) {
        throw new InvalidKeyring(
            "public key "
                + path
                + ": is no RSA key in PEM; write it with openssl rsa -in repo.key -pubout (keys of"
                + " other kinds cannot be checked here: leave the setting out, clients check them)");
      }
      return new PkgKeys.OneKey(key);
    }
  }

  private static Stamp stampOf(Path file) throws InvalidKeyring {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      return new Stamp(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static byte[] bytes(Path file) throws InvalidKeyring {
    try {
      if (Files.size(file) > UclReader.MAX_SIZE) {
        throw new InvalidKeyring(file + ": is larger than " + UclReader.MAX_SIZE + " bytes");
      }
      return Files.readAllBytes(file);
    } catch (InvalidKeyring e) {
      throw e;
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static InvalidKeyring unreadable(Path file, IOException e) {
    return new InvalidKeyring(
        e instanceof NoSuchFileException
            ? file + ": there is no such file; write the path of the public key as it is here"
            : file + ": cannot be read: " + e,
        e);
  }
}
