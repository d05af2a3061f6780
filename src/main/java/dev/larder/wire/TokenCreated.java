package dev.larder.wire;

/// The answer to `POST /api/v1/tokens`.
///
/// @param token what was made
/// @param secret the token itself: told now and never again
public record TokenCreated(TokenInfo token, String secret) {}
