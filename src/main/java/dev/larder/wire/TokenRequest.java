package dev.larder.wire;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The body of `POST /api/v1/tokens`.
///
/// @param name up to 64 letters, digits, dots, dashes, underscores and `@`
/// @param scopes at least one, none that the asker's own token does not have
/// @param expires from when on it is worth nothing; absent if it does not expire
public record TokenRequest(
    @Nullable String name, @Nullable List<String> scopes, @Nullable Instant expires) {}
