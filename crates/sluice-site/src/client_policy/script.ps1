#Requires -Version 5.1
<#
.SYNOPSIS
Points this device at an update server (Sluice), or a Group Policy Object of the domain.
.DESCRIPTION
Sets the policies of the Windows Update Agent, puts the certificate of the server's authority into the certificate
stores of the machine, restarts the Windows Update service and lets it scan. Run it as an administrator.
.PARAMETER Remove
Takes away what the script sets; the device then asks Microsoft again.
.PARAMETER GroupPolicy
Name of an existing Group Policy Object of the domain: writes into it instead of into this device. Needs the Group
Policy management tools and the right to edit the object.
.EXAMPLE
powershell.exe -NoProfile -ExecutionPolicy Bypass -File .\sluice-windows.ps1
.EXAMPLE
.\sluice-windows.ps1 -GroupPolicy 'Windows updates'
#>
[CmdletBinding()]
param(
    [switch] $Remove,
    [string] $GroupPolicy = ''
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# Registry values below HKEY_LOCAL_MACHINE.
$Settings = @(@SETTINGS@
)

# The certificate of the server's authority (DER, base64), and the same as Group Policy keeps it in the registry.
$Thumbprint = '@THUMBPRINT@'
$Certificate = @'
@CERTIFICATE@
'@
$CertificateBlob = @'
@BLOB@
'@
$Stores = @(@STORES@)
@WARNING@
if ($GroupPolicy -ne '') {
    Import-Module -Name GroupPolicy
    foreach ($Store in $Stores) {
        $Settings += @{
            Key = "SOFTWARE\Policies\Microsoft\SystemCertificates\$Store\Certificates\$Thumbprint"
            Name = 'Blob'
            Type = 'Binary'
            Value = [Convert]::FromBase64String($CertificateBlob)
        }
    }
    foreach ($Setting in $Settings) {
        $Key = "HKLM\$($Setting.Key)"
        if ($Remove) {
            $null = Remove-GPRegistryValue -Name $GroupPolicy -Key $Key -ValueName $Setting.Name -ErrorAction SilentlyContinue
        } else {
            $null = Set-GPRegistryValue -Name $GroupPolicy -Key $Key -ValueName $Setting.Name -Type $Setting.Type -Value $Setting.Value
        }
    }
    Write-Output "The Group Policy Object '$GroupPolicy' is changed. Devices follow at their next policy refresh (gpupdate)."
    return
}

$Principal = New-Object -TypeName Security.Principal.WindowsPrincipal -ArgumentList ([Security.Principal.WindowsIdentity]::GetCurrent())
if (-not $Principal.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)) {
    throw 'Run this script as an administrator.'
}

# The certificate first: without it the device would not trust the server it is pointed at.
$Authority = New-Object -TypeName Security.Cryptography.X509Certificates.X509Certificate2 -ArgumentList (, [Convert]::FromBase64String($Certificate))
foreach ($StoreName in $Stores) {
    $Store = New-Object -TypeName Security.Cryptography.X509Certificates.X509Store -ArgumentList $StoreName, 'LocalMachine'
    $Store.Open([Security.Cryptography.X509Certificates.OpenFlags]::ReadWrite)
    try {
        if ($Remove) { $Store.Remove($Authority) } else { $Store.Add($Authority) }
    } finally {
        $Store.Close()
    }
}

foreach ($Setting in $Settings) {
    $Path = "HKLM:\$($Setting.Key)"
    if ($Remove) {
        if (Test-Path -LiteralPath $Path) {
            Remove-ItemProperty -LiteralPath $Path -Name $Setting.Name -ErrorAction SilentlyContinue
        }
        continue
    }
    if (-not (Test-Path -LiteralPath $Path)) {
        $null = New-Item -Path $Path -Force
    }
    $null = New-ItemProperty -LiteralPath $Path -Name $Setting.Name -PropertyType $Setting.Type -Value $Setting.Value -Force
}

Restart-Service -Name wuauserv -Force
if (-not $Remove) {
    # Scans at once; the console shows the device when it arrives.
    (New-Object -ComObject Microsoft.Update.AutoUpdate).DetectNow()
}
Write-Output 'Done.'
