package dev.larder.wire;

import java.util.List;

/// `GET /api/v1/whoami`: who asks, as the server sees it.
///
/// @param principal as it stands in the audit log: `cli`, `token:deploy`, `anonymous`
/// @param kind `cli`, `token`, `secret` or `anonymous`
/// @param scopes what they may do
public record WhoAmI(String principal, String kind, List<String> scopes) {
  /// Takes a defensive copy.
  public WhoAmI {
    scopes = List.copyOf(scopes);
  }
}
