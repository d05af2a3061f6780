package dev.larder.repo;

import dev.larder.format.PackageRecord;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A package that was uploaded, read and signed, and is in no generation yet. Its files are synced
/// by the time it is to be in one.
///
/// @param file its bytes
/// @param original the name it was uploaded under
/// @param packageRecord what was read of it
/// @param signature the detached signature that goes beside it, or null
record Staged(
    Path file, String original, PackageRecord packageRecord, @Nullable Signature signature) {
  /// A detached signature.
  ///
  /// @param file its bytes
  /// @param by fingerprint of the key
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Signature(Path file, byte[] bytes, String by) {}

  Staged withSignature(@Nullable Signature other) {
    return new Staged(file, original, packageRecord, other);
  }

  /// `name version`, for messages.
  String title() {
    return packageRecord.info().name() + " " + packageRecord.info().version();
  }
}
