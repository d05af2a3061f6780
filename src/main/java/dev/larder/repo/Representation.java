package dev.larder.repo;

import dev.larder.store.Checksum;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What is known of the bytes at a path before any of them is sent: the validators and lengths that
/// the answer's headers carry (RFC 9110 section 8).
///
/// @param size length in bytes, or -1 if not known before the end
/// @param lastModified whole seconds; null only for a cold file of which upstream told none
/// @param etag strong entity tag with its quotes, or null if none is known
/// @param checksum SHA-256 of the exact bytes for `Repr-Digest`, or null if not known
public record Representation(
    long size,
    @Nullable Instant lastModified,
    @Nullable String etag,
    @Nullable Checksum checksum) {}
