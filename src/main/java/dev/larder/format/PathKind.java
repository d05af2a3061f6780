package dev.larder.format;

import dev.larder.store.RelPath;

/// What a path of a mirror tree is, and so how it is kept fresh.
public sealed interface PathKind {
  /// A member of the index set: fetched, verified and switched with its generation.
  record Index() implements PathKind {}

  /// The detached signature of an index; belongs to the generation of that index. Often absent.
  ///
  /// @param of the index it signs
  record IndexSignature(RelPath of) implements PathKind {}

  /// The small file whose change announces a new set.
  record Token() implements PathKind {}

  /// A package: an index promises its size and checksum.
  record PackageFile() implements PathKind {}

  /// A file that belongs to a package's bytes, such as its detached signature.
  ///
  /// @param of the package
  record Companion(RelPath of) implements PathKind {}

  /// A path no index covers: revalidated.
  record Other() implements PathKind {}
}
