package dev.larder.wire;

import org.jspecify.annotations.Nullable;

/// The body of `POST /api/v1/mirrors/{name}/refresh`; an empty body means the same as `{}`.
///
/// @param accept take what upstream offers even if it is older than what is served; absent means no
public record RefreshRequest(@Nullable Boolean accept) {}
