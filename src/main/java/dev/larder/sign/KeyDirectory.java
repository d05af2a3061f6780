package dev.larder.sign;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The files of one key:
///
/// ```
/// keys/<name>/
///   info          which version is which; replaced in one step
///   <n>.public    what clients get of version n: armored, or PEM
///   <n>.secret    what signs: OpenPGP packets or PEM, without a password; none if retired or in
///                 a gpg-agent
/// ```
///
/// The directory is 0700 and the files are 0600. Secrets that were brought with a password are kept
/// without it: the process has to sign while nobody is there to ask, and a password in a file
/// beside them would protect nothing from whoever can read the file. Who wants more uses a
/// gpg-agent.
final class KeyDirectory {
  private static final String INFO = "info";
  private static final String PUBLIC = ".public";
  private static final String SECRET = ".secret";
  private static final Pattern VERSION = Pattern.compile("(\\d{1,9})\\.(public|secret)");

  private final Path path;

  KeyDirectory(Path path) {
    this.path = path;
  }

  Path path() {
    return path;
  }

  KeyRecord readInfo() throws IOException {
    return KeyRecord.decode(Files.readAllBytes(path.resolve(INFO)));
  }

  void writeInfo(KeyRecord info) throws IOException {
    PrivateFiles.replace(path.resolve(INFO), info.encoded());
  }

  byte[] readPublic(int number) throws IOException {
    return Files.readAllBytes(path.resolve(number + PUBLIC));
  }

  void writePublic(int number, byte[] bytes) throws IOException {
    PrivateFiles.replace(path.resolve(number + PUBLIC), bytes);
  }

  byte[] readSecret(int number) throws IOException {
    return Files.readAllBytes(path.resolve(number + SECRET));
  }

  void writeSecret(int number, byte[] bytes) throws IOException {
    PrivateFiles.replace(path.resolve(number + SECRET), bytes);
  }

  /// Removes the secret of a version that signs no more.
  void forget(int number) throws IOException {
    Files.deleteIfExists(path.resolve(number + SECRET));
    PrivateFiles.sync(path);
  }

  /// Removes the secrets of retired versions, which a crash left. For when the version that signs
  /// was seen to: until then the old one may be the only one that can.
  void forgetRetired(KeyRecord info) throws IOException {
    for (int number : info.retired().keySet()) {
      if (number != info.current() && Files.exists(path.resolve(number + SECRET))) {
        forget(number);
      }
    }
  }

  /// Removes files that were being written when the process ended, and takes the rights of others
  /// from the rest. No version of the key is ever removed here, whether `info` names it or not: it
  /// may be newer than an `info` that was restored from a copy. A directory without a readable
  /// `info` is left as it is, for whoever put it there.
  void recover() throws IOException {
    readInfo();
    PrivateFiles.deleteLeftovers(path, PrivateFiles.NEW);
    PrivateFiles.makePrivate(path);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
      for (Path file : files) {
        if (Files.isRegularFile(file)) {
          PrivateFiles.makePrivate(file);
        }
      }
    }
    PrivateFiles.sync(path);
  }

  /// The versions that have files here, whatever `info` says of them.
  SortedSet<Integer> versions() throws IOException {
    SortedSet<Integer> versions = new TreeSet<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
      for (Path file : files) {
        Matcher version = VERSION.matcher(file.getFileName().toString());
        if (version.matches()) {
          versions.add(Integer.valueOf(version.group(1)));
        }
      }
    }
    return versions;
  }
}
