package dev.larder.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.config.InvalidConfig;
import dev.larder.testing.Toml;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;

class AdmissionTest {
  private static Admission read(String keys) throws InvalidConfig {
    return Toml.read("[access]\n" + keys, root -> Admission.read(root.table("access")));
  }

  private static boolean admits(Admission access, String address) {
    return access.admits(InetAddress.ofLiteral(address));
  }

  @Test
  void everybodyIsAdmittedUntilSomethingIsSaid() throws InvalidConfig {
    assertThat(admits(read(""), "198.51.100.1")).isTrue();
    assertThat(admits(read(""), "2001:db8::1")).isTrue();
  }

  @Test
  void denyGoesBeforeAllow() throws InvalidConfig {
    Admission access = read("allow = [\"192.0.2.0/24\"]\ndeny = [\"192.0.2.128/25\"]");
    assertThat(admits(access, "192.0.2.127")).isTrue();
    assertThat(admits(access, "192.0.2.128")).isFalse();
    assertThat(admits(access, "192.0.3.1")).isFalse();
    assertThat(admits(access, "::1")).isFalse();
  }

  @Test
  void bitsWithinAByteCount() throws InvalidConfig {
    Admission access = read("deny = [\"2001:db8:8000::/33\", \"10.0.0.8/29\"]");
    assertThat(admits(access, "2001:db8:7fff::1")).isTrue();
    assertThat(admits(access, "2001:db8:ffff::1")).isFalse();
    assertThat(admits(access, "10.0.0.7")).isTrue();
    assertThat(admits(access, "10.0.0.15")).isFalse();
    assertThat(admits(access, "10.0.0.16")).isTrue();
  }

  @Test
  void aWholeFamilyIsOnlyThatFamily() throws InvalidConfig {
    Admission access = read("deny = [\"::/0\"]");
    assertThat(admits(access, "2001:db8::1")).isFalse();
    assertThat(admits(access, "192.0.2.1")).isTrue();
    assertThat(admits(read("allow = [\"0.0.0.0/0\"]"), "192.0.2.1")).isTrue();
  }

  @Test
  void anIpv4ClientOfADualStackSocketIsIpv4() throws IOException, InvalidConfig {
    byte[] mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, (byte) 192, 0, 2, 7};
    InetAddress client = Inet6Address.getByAddress("", mapped, -1);
    assertThat(read("deny = [\"192.0.2.0/24\"]").admits(client)).isFalse();
    assertThat(read("deny = [\"::/0\"]").admits(client)).isTrue();
  }
}
