"""The program configures with any subset of the test packages. The tests are configured if all of them are installed.

CMake searches a private copy of /usr made of links, in which packages come and go. The real recipe of the Makefile runs.
EVERY_SUBSET=1 tries each subset of the packages; otherwise each package is missing once.
"""
import itertools
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
EVERY_SUBSET = os.environ.get("EVERY_SUBSET") == "1"
PROGRAMS = {"python3": "python3", "nodejs": "node"}  # these may come from elsewhere than Debian's package


def deciding_packages():
    text = (ROOT / "cmake/test_packages.cmake").read_text()
    return re.findall(r"^parley_test_package\((\S+)", text, re.MULTILINE)


def group_of_tests():
    return re.findall(r"^test (\S+)$", (ROOT / "packaging/debian-packages.txt").read_text(), re.MULTILINE)


def files_of(package):
    listed = subprocess.run(["dpkg", "-L", package], capture_output=True, text=True, check=True).stdout.splitlines()
    paths = (pathlib.Path(line) for line in listed if re.match("/usr/(include|lib|bin)/", line))
    return [path for path in paths if path.is_symlink() or not path.is_dir()]


class PrivateUsr:
    """<folder>/usr: a link for each file of /usr, except those of the packages, which show() and hide() make and remove."""

    def __init__(self, folder, packages):
        self.folder = folder
        self.files = {package: [] if package in PROGRAMS else files_of(package) for package in packages}
        self.owned = {path for files in self.files.values() for path in files}
        self.parents = {parent for path in self.owned for parent in path.parents} | {pathlib.Path("/usr/bin")}
        self.link_all_of(pathlib.Path("/usr"))
        self.shown = set()

    def at(self, path):
        return self.folder / path.relative_to("/")

    def link_all_of(self, directory):
        self.at(directory).mkdir(parents=True)
        for path in directory.iterdir():
            if path in self.parents and not path.is_symlink():
                self.link_all_of(path)
            elif path not in self.owned and path != pathlib.Path("/usr/local") and not self.is_a_program_of_packages(path):
                self.at(path).symlink_to(path)

    @staticmethod
    def is_a_program_of_packages(path):
        return path.parent == pathlib.Path("/usr/bin") and re.match("python|node", path.name)

    def links_of(self, package):
        if package in PROGRAMS:
            yield self.folder / "usr/bin" / PROGRAMS[package], pathlib.Path(shutil.which(PROGRAMS[package]))
        for path in self.files[package]:
            yield self.at(path), path

    def show_exactly(self, packages):
        for package in self.shown - set(packages):
            for link, _ in self.links_of(package):
                link.unlink()
        for package in set(packages) - self.shown:
            for link, path in self.links_of(package):
                link.symlink_to(path)
        self.shown = set(packages)


class TestPackages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="parley-packages-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.deciding = deciding_packages()
        cls.all = sorted({*cls.deciding, *group_of_tests()})
        cls.usr = PrivateUsr(cls.folder, cls.all)
        toolchain = cls.folder / "private-usr.cmake"
        modes = "\n".join(f"set(CMAKE_FIND_ROOT_PATH_MODE_{kind} ONLY)" for kind in ("PROGRAM", "LIBRARY", "INCLUDE", "PACKAGE"))
        toolchain.write_text(f"set(CMAKE_FIND_ROOT_PATH {cls.folder})\n{modes}\n")
        cls.environment = {**os.environ, "CMAKE_TOOLCHAIN_FILE": str(toolchain), "MAKEFLAGS": ""}

    def setUp(self):
        self.build = self.folder / "build"
        shutil.rmtree(self.build, ignore_errors=True)

    def call(self, *command):
        return subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=120, check=False)

    def make_configured(self):
        """Skips the installation, which `make fresh` proves."""
        finished = self.call("make", "-o", "install-build", "configured", f"BUILD={self.build}")
        self.assertEqual(finished.returncode, 0, f"without {self.missing()}:\n{finished.stderr}")

    def missing(self):
        return sorted(set(self.all) - self.usr.shown)

    def targets(self):
        built = re.findall(r"^build (\w+): ", (self.build / "build.ninja").read_text(), re.MULTILINE)
        return {"parley", "examples", "unit_base", "micro"}.intersection(built)

    def expect_what_is_shown(self):
        missing = [package for package in self.deciding if package not in self.usr.shown]
        self.assertEqual((self.build / "missing-test-packages").read_text().split(), missing)
        expected = {"parley", "examples"}
        if not missing:
            expected.add("unit_base")
        if "libbenchmark-dev" in self.usr.shown:
            expected.add("micro")
        self.assertEqual(self.targets(), expected)

    def subsets(self):
        """Lists of the installed packages, one after the other. The complete list is the last."""
        yield []
        if EVERY_SUBSET:
            others = [package for package in self.all if package not in self.deciding]
            for count in range(len(self.deciding)):
                yield from ([*others, *chosen] for chosen in itertools.combinations(self.deciding, count))
        else:
            yield from (self.all_but(package) for package in self.deciding)
        yield self.all

    def all_but(self, package):
        return [other for other in self.all if other != package]

    def test_every_library_that_tests_use_decides(self):
        libraries = {package for package in group_of_tests() if package.endswith("-dev")}
        self.assertLessEqual(libraries, set(self.deciding), "cmake/test_packages.cmake lacks a package of packaging/debian-packages.txt")

    def test_every_subset_configures_and_only_all_bring_the_tests(self):
        for shown in self.subsets():
            self.usr.show_exactly(shown)
            with self.subTest(missing=self.missing()):
                self.make_configured()
                self.expect_what_is_shown()

    @unittest.skipUnless(EVERY_SUBSET, "make test-packages")
    def test_every_subset_configures_in_a_new_folder(self):
        for shown in self.subsets():
            self.usr.show_exactly(shown)
            with self.subTest(missing=self.missing()):
                shutil.rmtree(self.build, ignore_errors=True)
                self.make_configured()
                self.expect_what_is_shown()

    @unittest.skipUnless(EVERY_SUBSET, "make test-packages")
    def test_the_other_packages_do_not_decide(self):
        for package in set(self.all) - set(self.deciding):
            self.usr.show_exactly(self.all_but(package))
            with self.subTest(missing=self.missing()):
                shutil.rmtree(self.build, ignore_errors=True)
                self.make_configured()
                self.expect_what_is_shown()

    def test_a_package_that_goes_takes_the_tests_with_it(self):
        self.usr.show_exactly(self.all)
        self.make_configured()
        for package in self.deciding if EVERY_SUBSET else ["libgtest-dev"]:
            self.usr.show_exactly(self.all_but(package))
            with self.subTest(missing=self.missing()):
                finished = self.call("cmake", str(self.build))
                self.assertEqual(finished.returncode, 0, finished.stderr)
                self.expect_what_is_shown()

    def test_tests_that_are_demanded_name_the_missing_package(self):
        self.usr.show_exactly(self.all_but("libgmock-dev"))
        finished = self.call("cmake", "--preset", "release", "-B", str(self.build), "-DPARLEY_TESTS=ON")
        self.assertNotEqual(finished.returncode, 0)
        self.assertIn("libgmock-dev", finished.stderr)


if __name__ == "__main__":
    unittest.main()
