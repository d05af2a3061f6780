package dev.larder.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.larder.repo.Admission;
import dev.larder.repo.Answer;
import dev.larder.repo.CacheStatus;
import dev.larder.repo.Content;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PagesTest {
  private static final CacheStatus HIT = CacheStatus.hit("");

  @TempDir private Path directory;
  private Listening listening;

  @BeforeEach
  void open() throws IOException {
    PlainContent arch =
        new PlainContent("arch", directory)
            .listing("", entry("core", true, -1, true), entry("lastupdate", false, 11, true))
            .listing(
                "core",
                entry("a<b>\"&'.pkg", false, 5, true),
                entry("lib++0@x_y:1.2-1.pkg", false, 123_456_789, false),
                entry("os", true, -1, true),
                entry("ü 1%", false, -1, true));
    listening = Listening.on(Transport.best(), arch);
  }

  @AfterEach
  void close() {
    listening.close();
  }

  private static Content.Entry entry(String name, boolean directory, long size, boolean held) {
    return new Content.Entry(name, directory, size, PlainContent.MODIFIED, held);
  }

  private static List<String> hrefs(String html) {
    List<String> hrefs = new ArrayList<>();
    Matcher matcher = Pattern.compile("href=\"([^\"]*)\"").matcher(html);
    while (matcher.find()) {
      hrefs.add(matcher.group(1));
    }
    return hrefs;
  }

  @Test
  void aListingHasRelativeLinksAndNoMarkupFromNames() throws IOException {
    RawClient.Response page = listening.get("/arch/core/");
    assertThat(page.code()).isEqualTo(200);
    assertThat(page.header("Content-Type")).isEqualTo("text/html; charset=utf-8");
    assertThat(page.header("Content-Security-Policy")).startsWith("default-src 'none'");
    assertThat(hrefs(page.text()))
        .containsExactly(
            "../../",
            "../",
            "./",
            "../",
            "./os/",
            "./a%3Cb%3E%22%26%27.pkg",
            "./lib++0@x_y:1.2-1.pkg",
            "./%C3%BC%201%25",
            "?json");
    assertThat(page.text())
        .doesNotContain("a<b>")
        .contains("a&lt;b&gt;")
        .contains("2026-03-01 10:00")
        .contains("117.7 MiB");
    assertThat(page.text().split("class=\"away\"", -1)).as("one is not held").hasSize(2);
  }

  @Test
  void aListingIsAlsoJson() throws IOException {
    RawClient.Response page = listening.get("/arch/?json");
    assertThat(page.header("Content-Type")).isEqualTo("application/json");
    assertThat(page.text())
        .isEqualTo(
            "[{\"name\":\"core\",\"type\":\"directory\",\"mtime\":\"2026-03-01T10:00:00Z\","
                + "\"held\":true},{\"name\":\"lastupdate\",\"type\":\"file\","
                + "\"mtime\":\"2026-03-01T10:00:00Z\",\"size\":11,\"held\":true}]");
  }

  @Test
  void unknownDirectoriesAreNotFoundButAnEmptyRootIsAPage() throws IOException {
    assertThat(listening.get("/arch/nothing/").code()).isEqualTo(404);
    PlainContent empty = new PlainContent("empty", directory.resolve("none"));
    try (Listening other = Listening.on(Transport.best(), empty)) {
      assertThat(other.get("/empty/").code()).isEqualTo(200);
    }
  }

  @Test
  void theFrontPageCarriesTheAddressItWasAskedAt() throws IOException {
    try (RawClient client = listening.client()) {
      client.send("GET / HTTP/1.1\r\nHost: pantry.example:8080\r\n\r\n");
      RawClient.Response page = client.read();
      assertThat(page.text())
          .contains("Server = http://pantry.example:8080/arch/$repo/os/$arch")
          .contains("href=\"/arch/\"");
      assertThat(page.header("Cache-Control")).isEqualTo("no-store");
      client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
      assertThat(client.read().text())
          .contains("Server = http://127.0.0.1:" + listening.port() + "/arch/$repo/os/$arch");
      client.send("GET / HTTP/1.1\r\nHost: x\"><script>\r\n\r\n");
      assertThat(client.read().code()).isEqualTo(400);
    }
  }

  @Test
  void theFrontPageTellsEachClientWhatToWrite() throws IOException {
    Content[] contents = {
      new PlainContent("freebsd-pkg", "freebsd-pkg", directory),
      new PlainContent("other-pkg", "freebsd-pkg", directory),
      new PlainContent("freebsd-update", "freebsd-update", directory),
      new PlainContent("freebsd-releases", "freebsd-releases", directory),
      new PlainContent("unknown", "apt", directory)
    };
    try (Listening freebsd = Listening.on(Transport.best(), contents);
        RawClient client = freebsd.client()) {
      client.send("GET / HTTP/1.1\r\nHost: pantry.example\r\n\r\n");
      String page = client.read().text();
      assertThat(page)
          .contains("url: \"http://pantry.example/${ABI}/quarterly\"")
          .contains("url: \"http://pantry.example/other-pkg/${ABI}/quarterly\"")
          .contains("ServerName pantry.example")
          .contains("bastille_url_freebsd=\"http://pantry.example/pub/FreeBSD/releases/\"")
          .contains("http://pantry.example/unknown/")
          .contains("rm /usr/local/etc/pkg/repos/larder.conf")
          .doesNotContain("<script", "asks port 80");
      assertThat(page.split("<details open", -1)).as("one open in each mirror").hasSize(5);
      client.send("GET / HTTP/1.1\r\nHost: pantry.example:8080\r\n\r\n");
      assertThat(client.read().text()).contains("freebsd-update asks port 80 of pantry.example");
      client.send("GET / HTTP/1.1\r\nHost: pantry.example:\r\n\r\n");
      assertThat(client.read().text()).contains("url: \"http://pantry.example/${ABI}/quarterly\"");
    }
  }

  @Test
  void theFrontPageKeepsToTheAddressItWasAskedAtAlsoWhereAContentHasItsOwn() throws IOException {
    PlainContent arch = new PlainContent("arch", directory);
    Site site =
        Site.fixed(
            List.of(arch),
            List.of(new Site.Own(arch, List.of(new InetSocketAddress(0)))),
            List.of(),
            List.of(),
            Set.of());
    try (Listening both = Listening.on(Transport.best(), Listening.PATIENT, null, site);
        RawClient client = both.client()) {
      client.send("GET / HTTP/1.1\r\nHost: pantry.example:8080\r\n\r\n");
      assertThat(client.read().text())
          .contains("Server = http://pantry.example:8080/arch/$repo/os/$arch")
          .contains("href=\"/arch/\"");
    }
    PackagesSettings behind =
        new PackagesSettings(
            List.of(Listening.anyPort()),
            null,
            Admission.OPEN,
            Proxies.NONE,
            "https://pkg.example/larder",
            Duration.ofSeconds(1));
    try (PackageListener listener =
            PackageListener.open(behind, site, Listening.PATIENT, Transport.best());
        RawClient client = new RawClient(listener.addresses().getFirst())) {
      client.send("GET / HTTP/1.1\r\nHost: pantry.example\r\n\r\n");
      assertThat(client.read().text())
          .contains("Server = https://pkg.example/larder/arch/$repo/os/$arch");
    }
  }

  @Test
  void pagesAnswerHead() throws IOException {
    try (RawClient client = listening.client()) {
      RawClient.Response head = client.request("HEAD", "/arch/").readHead();
      RawClient.Response get = client.get("/arch/").read();
      assertThat(head.header("Content-Length")).isEqualTo("" + get.body().length);
    }
  }

  @Test
  void redirectsAndListingsStayUnderTheRootPathTheyWereAskedBy() throws IOException {
    PlainContent sets =
        new PlainContent("sets", directory.resolve("sets"))
            .file("15.0/base.txz", new byte[4])
            .answer("15.0/MANIFEST", _ -> new Answer.Moved("@3/15.0/MANIFEST", HIT));
    List<Site.RootPath> roots =
        List.of(
            new Site.RootPath("/", Pattern.compile("15\\.0"), sets),
            new Site.RootPath("/pub/sets/", null, sets));
    Site site = Site.fixed(List.of(sets), List.of(), List.of(), roots, Set.of());
    try (Listening other = Listening.on(Transport.best(), Listening.PATIENT, null, site)) {
      for (String prefix : List.of("/", "/pub/sets/", "/sets/")) {
        RawClient.Response index = other.get(prefix + "15.0/MANIFEST");
        assertThat(index.header("Location")).isEqualTo(prefix + "@3/15.0/MANIFEST");
        assertThat(other.get(prefix + "15.0").header("Location")).isEqualTo(prefix + "15.0/");
        RawClient.Response listing = other.get(prefix + "15.0/");
        assertThat(hrefs(listing.text())).contains("./base.txz");
        assertThat(other.get(prefix + "15.0/base.txz").body()).hasSize(4);
      }
      assertThat(other.get("/pub/sets").header("Location")).isEqualTo("/pub/sets/");
    }
  }
}
