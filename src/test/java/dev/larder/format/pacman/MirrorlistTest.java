package dev.larder.format.pacman;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class MirrorlistTest {
  @TempDir Path directory;

  private static Mirrorlist parse(String text) throws IOException {
    return Mirrorlist.parse("mirrorlist", text);
  }

  @Test
  void serversAreReadInOrderAndOnce() throws Exception {
    Path file = directory.resolve("mirrorlist");
    Files.writeString(
        file,
        """
        ##
        ## Arch Linux repository mirrorlist
        ##

        #Server = https://commented.example.net/$repo/os/$arch
        Server = https://b.example.net/archlinux/$repo/os/$arch
          Server=http://a.example.net/$repo/os/$arch\s\s
        CacheServer = http://cache.example.net/$repo/os/$arch
        Server = https://b.example.net/archlinux//$repo/os/$arch/
        Server = https://c.example.net:8443/pub/archlinux/$repo/os/x86_64\r
        """);
    Mirrorlist list = Mirrorlist.read(file);
    assertThat(list.servers())
        .containsExactly(
            URI.create("https://b.example.net/archlinux"),
            URI.create("http://a.example.net"),
            URI.create("https://c.example.net:8443/pub/archlinux"));
    assertThat(list.passedOver()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "https://m.example.net/$repo/os/$arch, https://m.example.net",
    "http://alarm.example.net/$arch/$repo, http://alarm.example.net",
    "https://m.example.net/manjaro/stable/$repo/$arch, https://m.example.net/manjaro/stable",
    "https://c.example.net/repo/$arch_v3/$repo, https://c.example.net/repo",
    "https://c.example.net/repo-$arch, https://c.example.net",
    "https://c.example.net/custom/x86_64/, https://c.example.net/custom/x86_64",
    "HTTPS://c.example.net/$repo, HTTPS://c.example.net",
    "https://[2001:db8::1]:8080/$repo/os/$arch, https://[2001:db8::1]:8080"
  })
  void theBaseIsWhatComesBeforeTheFirstVariable(String url, URI base) throws Exception {
    assertThat(parse("Server = " + url).servers()).containsExactly(base);
  }

  @ParameterizedTest
  @CsvSource({
    "Server = rsync://m.example.net/archlinux, only http and https",
    "Server = file:///srv/repo, only http and https",
    "Server = ftp://m.example.net/$repo, only http and https",
    "Server =, only http and https",
    "Server, only http and https",
    "Server = https://m.example.net/a b/$repo, not a URL",
    "Server = https://$arch.example.net/x, not a URL",
    "Server = https:///x, no host",
    "Server = https://m.example.net/x?y=1, no ?",
    "Include = /etc/pacman.d/other, Include is not followed",
    "[core], not a Server line",
    "SigLevel = Never, not a Server line"
  })
  void aLineThatCannotBeUsedIsPassedOverWithFileAndLine(String line, String why) throws Exception {
    Mirrorlist list = parse("# first\n" + line + "\nServer = https://m.example.net/$repo\n");
    assertThat(list.servers()).containsExactly(URI.create("https://m.example.net"));
    assertThat(list.passedOver()).hasSize(1);
    assertThat(list.passedOver().getFirst()).startsWith("mirrorlist:2: ").contains(why);
  }

  @Test
  void aListWithoutServersSaysWhatToDo() {
    assertThatThrownBy(() -> parse("#Server = https://m.example.net/$repo/os/$arch\n"))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("mirrorlist mirrorlist: names no http or https server; uncomment");
    assertThatThrownBy(() -> parse("Server = rsync://m.example.net/x\n"))
        .hasMessageContaining("mirrorlist:1: only http and https are mirrored");
  }

  @Test
  void aFileThatCannotBeReadIsNamed() throws Exception {
    Path missing = directory.resolve("missing");
    assertThatThrownBy(() -> Mirrorlist.read(missing))
        .isInstanceOf(IOException.class)
        .hasMessage("mirrorlist " + missing + ": there is no such file");
    assertThatThrownBy(() -> Mirrorlist.read(directory))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(directory + ": is a directory");
    Path huge = directory.resolve("huge");
    Files.write(huge, new byte[(1 << 20) + 1]);
    assertThatThrownBy(() -> Mirrorlist.read(huge)).hasMessageContaining("is larger than");
  }
}
