package dev.larder.snippet;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The ways to a mirror or repository. All are base URLs, with or without a slash at the end.
///
/// @param known how clients reach the shared listener, as the operator says, or a proxy that is
///   trusted; null if nobody does
/// @param own listeners that serve it alone
/// @param shared listeners that serve it at `path`
/// @param path begins and ends with a slash
/// @param atRoot whether the shared listeners also answer for it at `/`, see [Address]
public record Ways(
    @Nullable String known, List<String> own, List<String> shared, String path, boolean atRoot) {
  /// What stands for every address of a machine.
  private static final Pattern ANY = Pattern.compile("0\\.0\\.0\\.0|\\[[0:]+]");

  /// Takes defensive copies.
  public Ways {
    own = List.copyOf(own);
    shared = List.copyOf(shared);
  }

  /// The one that clients are told: `known`, if the client can express it; else one that other
  /// machines reach before any that they do not, and of these one that the client can express; then
  /// a listener of its own before the shared ones.
  ///
  /// @param canReach whether the client can express an address
  /// @param host stands for a listener on every address, which has none of its own to show; asked
  ///   only then
  /// @return null if there is no listener
  /// @throws IllegalArgumentException if one of them is not a base URL
  public @Nullable Address best(Predicate<Address> canReach, Supplier<String> host) {
    if (known != null) {
      Address said = address(known, path, atRoot);
      if (canReach.test(said)) {
        return said;
      }
    }
    List<Address> addresses = new ArrayList<>();
    own.forEach(base -> addresses.add(address(base, "/", false)));
    shared.forEach(base -> addresses.add(address(base, path, atRoot)));
    return addresses.stream()
        .map(address -> named(address, host))
        .min(
            Comparator.comparing(Address::isLoopback)
                .thenComparing(address -> !canReach.test(address)))
        .orElse(null);
  }

  private static Address named(Address address, Supplier<String> host) {
    if (!ANY.matcher(address.host()).matches()) {
      return address;
    }
    String base = address.base().replace(address.host(), host.get());
    return new Address(base, address.path(), address.atRoot());
  }

  private static Address address(String base, String path, boolean atRoot) {
    return new Address(base.replaceFirst("/+$", ""), path, atRoot);
  }
}
