@echo off
rem Sets the course up in .venv the first time (a minute or two, with a network), then opens it in JupyterLab.
cd /d "%~dp0"
set PYTHON=python
where py >nul 2>nul && set PYTHON=py -3
%PYTHON% -c "import sys; sys.exit(sys.version_info < (3, 11))"
if errorlevel 1 (
    echo The course needs Python 3.11 or newer: https://www.python.org/downloads/
    goto failed
)
for %%w in (coursekit-*.whl) do set WHEEL=%%w
fc /b "%WHEEL%" .venv\course.whl >nul 2>nul
if not errorlevel 1 goto ready
%PYTHON% -m venv .venv || goto failed
.venv\Scripts\python -m pip install --disable-pip-version-check -c constraints.txt ".\%WHEEL%" || goto failed
.venv\Scripts\python -m pip install --disable-pip-version-check --force-reinstall --no-deps ".\%WHEEL%" || goto failed
copy /y "%WHEEL%" .venv\course.whl >nul
:ready
.venv\Scripts\coursekit lab .
if not errorlevel 1 exit /b 0
:failed
pause
exit /b 1
