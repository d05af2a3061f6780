package dev.larder.format;

import dev.larder.store.Expected;
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
  ///
  /// @param immutable whether the name never means other bytes, since a hash of them is part of it;
  ///   else what an index says decides, and it may say something else tomorrow
  record PackageFile(boolean immutable) implements PathKind {}

  /// A file that belongs to a package's bytes, such as its detached signature.
  ///
  /// @param of the package
  record Companion(RelPath of) implements PathKind {}

  /// A file whose name tells its bytes; no index is needed.
  ///
  /// @param expected what the name says
  record HashNamed(Expected expected) implements PathKind {}

  /// A file that never changes once it is there, and of which neither name nor index tells the
  /// bytes. Upstreams often have none; that they do not is worth remembering.
  record Immutable() implements PathKind {}

  /// A path no index covers: revalidated.
  record Other() implements PathKind {}
}
