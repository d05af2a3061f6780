package dev.larder.wire;

import org.jspecify.annotations.Nullable;

/// The body of `POST /api/v1/repositories/{name}/sign`; an empty body means the same as `{}`.
///
/// @param all sign every package anew, not only those without a signature; absent means no
public record SignRequest(@Nullable Boolean all) {}
