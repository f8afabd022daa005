@echo off
rem Compiles the C of tests\windows with Microsoft's compiler and lists the exports of what was built.
rem Called by native.sh from the root of the repository: msvc.cmd FOLDER
setlocal
set "stage=%~1"
set "vswhere=%ProgramFiles(x86)%\Microsoft Visual Studio\Installer\vswhere.exe"
for /f "usebackq delims=" %%i in (`"%vswhere%" -latest -products * -property installationPath`) do set "studio=%%i"
call "%studio%\VC\Auxiliary\Build\vcvars64.bat" || exit /b 1

rem The import library that comes with it is not used: Rust imports without one, and gcc takes the DLL itself.
cl /nologo /W4 /WX /O1 /LD tests\windows\wsmsvc.c /Fo"%stage%\wsmsvc.obj" /Fe"%stage%\wsmsvc.dll" || exit /b 1
cl /nologo /W3 /std:c11 tests\windows\layout.c /Fo"%stage%\layout.obj" /Fe"%stage%\header.exe" || exit /b 1

for %%f in (wsman-authz.exe wsmsvc.dll plugins\allow_list.dll plugins\engine_policy_panics.dll) do (
    dumpbin /nologo /exports "%stage%\%%f" > "%stage%\%%f.exports" || exit /b 1
)
