package dev.larder.wire;

/// The body of `POST /api/v1/repositories/{name}/rollback`.
///
/// @param generation number of a generation that is held
public record RollbackRequest(long generation) {}
