package dev.larder.limits;

import dev.larder.config.InvalidConfig;
import dev.larder.testing.Toml;
import java.util.function.LongSupplier;

/// Limits for tests, by what an operator would write.
public final class LimitsFixture {
  private LimitsFixture() {}

  /// Settings from lines of `[limits]`; unless the lines say otherwise nobody is exempt, since
  /// tests are clients at loopback addresses.
  public static LimitsSettings settings(String... lines) {
    String toml = "[limits]\n" + String.join("\n", lines) + "\n";
    String all = toml.contains("exempt") ? toml : toml + "exempt = []\n";
    try {
      return Toml.read(all, root -> LimitsSettings.read(root.table("limits")));
    } catch (InvalidConfig e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /// Limits by these lines.
  public static ClientLimits limits(String... lines) {
    return ClientLimits.of(settings(lines), _ -> false);
  }

  static ClientLimits limits(LongSupplier nanos, String... lines) {
    return ClientLimits.of(settings(lines), nanos);
  }
}
