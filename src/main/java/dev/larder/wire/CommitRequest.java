package dev.larder.wire;

import org.jspecify.annotations.Nullable;

/// The body of `POST /api/v1/repositories/{name}/batches/{id}/commit`; an empty body means the same
/// as `{}`.
///
/// @param downgrade whether older versions may take the place of newer ones; absent means no
/// @param onConflict `refuse` or `bump`; absent for what the repository's settings say
public record CommitRequest(@Nullable Boolean downgrade, @Nullable String onConflict) {}
