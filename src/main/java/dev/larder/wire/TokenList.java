package dev.larder.wire;

import java.util.List;

/// `GET /api/v1/tokens`.
///
/// @param tokens those of the configuration, then those that were made, oldest first
public record TokenList(List<TokenInfo> tokens) {
  /// Takes a defensive copy.
  public TokenList {
    tokens = List.copyOf(tokens);
  }
}
