package dev.larder.format;

import dev.larder.store.RelPath;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// What it takes to host repositories of one kind: reading packages and writing indexes. An
/// instance knows the settings of one repository and holds nothing else; safe for use by many
/// threads.
public interface RepositoryFormat {
  /// The name used in the configuration: `pacman`.
  String name();

  /// Reads a package to its end, as much of it as the format's metadata needs, and takes its
  /// checksum. The file may be anything: what it can make us spend is bounded.
  ///
  /// @throws InvalidPackage if it is none, or none that may be hosted
  /// @throws IOException if `file` cannot be read
  PackageRecord read(Path file) throws IOException;

  /// The description in a record.
  ///
  /// @param record [PackageRecord#bytes()] as this format made them
  PackageInfo info(byte[] record);

  /// The paths a package installs, without a leading slash, directories with one at the end, in the
  /// order of their bytes.
  ///
  /// @param record [PackageRecord#bytes()] as this format made them
  List<String> files(byte[] record);

  /// Which of a repository's directories a package belongs into; empty if it can be installed on
  /// none of their machines.
  List<String> directoriesOf(PackageInfo info, List<String> directories);

  /// Where the file of a package lies below each of its directories. Follows from its metadata and
  /// bytes alone.
  ///
  /// @param original the name it was uploaded under, of which only the kind of packing is believed
  String pathOf(PackageRecord packageRecord, String original);

  /// Whether clients keep packages by their file's name, so that a name must never mean other
  /// bytes.
  boolean isCachedByName();

  /// Whether a detached OpenPGP signature lies beside each package, as `<file>.sig`.
  boolean hasPackageSignatures();

  /// Compares two versions as the format's client does; the sign tells which is newer.
  int compareVersions(String left, String right);

  /// Writes a copy of a package with the next release of its version, for a package that was built
  /// again without that being said: `1.0-1` becomes `1.0-1.1`.
  ///
  /// @param file a package that [#read] took
  /// @param taken versions that must not be used
  /// @param copy is created
  /// @throws InvalidPackage if this format has no such thing as a release, with what to do
  void bump(Path file, List<String> taken, Path copy) throws IOException;

  /// Writes the package by which clients get the public keys of a repository.
  ///
  /// @param file is created
  /// @return false if clients of this format get them by other means; nothing is written then
  /// @throws IOException if it cannot be written
  default boolean keyring(KeyringOrder order, Path file) throws IOException {
    return false;
  }

  /// Writes the indexes of a directory, signed where there are keys, and reads them back.
  ///
  /// @throws IOException if they cannot be written, or are not what was to be written
  void write(IndexOrder order) throws IOException;

  /// By how many seconds an index is dated after the others of its directory, for clients that
  /// compare the times of two indexes.
  ///
  /// @param index its path
  default int secondsLater(RelPath index) {
    return 0;
  }

  /// Looks for what will hurt the users of one directory. Never looks at a package file.
  ///
  /// @param packages all of the directory, sorted by name
  List<Lint> lint(String directory, List<PackageInfo> packages);

  /// Something that will hurt.
  ///
  /// @param packageName whom it is about
  /// @param rule short and stable: `missing-dependency`
  /// @param severity how bad it is
  /// @param message a sentence: what is wrong and what to do
  record Lint(String packageName, String rule, Severity severity, String message) {}

  /// How bad a finding is.
  enum Severity {
    /// Worth knowing.
    NOTE,
    /// Will surprise somebody.
    WARNING,
    /// Will break somebody's machine, or cannot be installed.
    ERROR
  }
}
